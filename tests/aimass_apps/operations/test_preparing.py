"""Who can sign in after a first start."""

import pytest

from aimass_apps.operations.management.commands import up
from aimass_apps.people.accounts import create_administrator
from aimass_apps.people.models import User
from aimass_apps.people.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What `prepare` tells, run on the test's own database."""
    told: list[str] = []
    monkeypatch.setattr(up, "call_command", lambda *names, **options: None)
    monkeypatch.setattr(up.connections, "close_all", lambda: None)
    monkeypatch.setattr(up.local_llm, "wanted", lambda: False)
    monkeypatch.setattr(up.Command, "tell", lambda self, text: told.append(text))
    return told


def prepare() -> None:
    command = up.Command()
    command.console = up.Console(quiet=True)
    command.prepare()


def test_a_local_start_makes_the_demo_accounts_and_says_their_passwords_once(said: list[str]) -> None:
    prepare()
    assert User.objects.count() == len(Role.values)
    assert len(said) == 1 + len(Role.values)
    prepare()
    assert len(said) == 1 + len(Role.values)


def test_a_start_in_production_makes_nobody_and_says_how_to_make_the_first(said: list[str], settings) -> None:
    settings.PRODUCTION = True
    prepare()
    assert not User.objects.exists()
    assert any("create_administrator" in line for line in said)
    said.clear()
    create_administrator(username="ana", full_name="", email="")
    prepare()
    assert said == []
