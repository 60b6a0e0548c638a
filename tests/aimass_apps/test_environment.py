"""What is read from the environment, and that only one module reads it."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from aimass_apps import environment
from aimass_apps.environment import BASE_DIR, DEFAULTS, BadEnvironment

# They prepare the environment of other programs, or of themselves before anything is imported.
PREPARERS = {
    "aimass_apps/celery.py",
    "aimass_apps/environment.py",
    "aimass_apps/ml/fit/processes.py",  # RANK and WORLD_SIZE are accelerate's
    "aimass_apps/ml/trials.py",
    "aimass_apps/operations/install.py",  # runs before the project can be imported
    "aimass_apps/operations/services/postgres.py",
    "aimass_apps/operations/services/valkey.py",
    "aimass_apps/operations/supervision/installation.py",
    "aimass_apps/operations/supervision/supervisor.py",
    "aimass_apps/operations/training_set.py",
    "aimass_apps/wsgi.py",
}


def programs() -> Iterator[Path]:
    for root in ("aimass_apps", "moderation", "triage"):
        yield from (BASE_DIR / root).rglob("*.py")


def test_one_module_reads_the_environment() -> None:
    reading = {
        str(path.relative_to(BASE_DIR))
        for path in programs()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
    }
    assert reading <= PREPARERS


def test_every_variable_is_told() -> None:
    told = (BASE_DIR / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert [name for name in DEFAULTS if f"`{name}`" not in told] == []


@pytest.mark.parametrize(("value", "said"), [("1", True), ("Yes", True), ("off", False), ("0", False)])
def test_a_switch(value: str, said: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAIN", value)
    assert environment.flag("TRAIN") is said


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("TRAIN", "perhaps", lambda: environment.flag("TRAIN")),
        ("LEASE_SECONDS", "a minute", lambda: environment.whole("LEASE_SECONDS", least=1)),
        ("LEASE_SECONDS", "0", lambda: environment.whole("LEASE_SECONDS", least=1)),
        ("SESSION_HOURS", "-3", lambda: environment.whole("SESSION_HOURS")),
        ("SESSION_HOURS", "²", lambda: environment.whole("SESSION_HOURS")),
        *(("PORT", value, environment.port) for value in ("http", "0", "70000", "-1")),
    ],
)
def test_a_value_that_can_not_be_is_told_with_its_name(
    name: str, value: str, read: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadEnvironment, match=f"{name} is .*: set it to"):
        read()


def test_a_variable_that_is_not_in_the_table_can_not_be_read() -> None:
    with pytest.raises(KeyError):
        environment.text("AIMASS_UNHEARD_OF")


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "")
    assert environment.port() == 8000
