"""Accounts: who may make them, what a one-time password does, when a session ends."""

import logging
import re
from io import StringIO

import pytest
from django.contrib.auth.backends import ModelBackend
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from aimass_apps.people import accounts, middleware
from aimass_apps.people.forms import PersonForm
from aimass_apps.people.models import User
from aimass_apps.people.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator() -> User:
    return User.objects.create_user("admin", role=Role.ADMINISTRATOR)


@pytest.fixture
def at_desk(administrator: User) -> Client:
    client = Client()
    client.force_login(administrator)
    return client


def person(username: str = "ana", role: str = Role.MODERATOR) -> User:
    return User.objects.create_user(username, role=role)


def test_demo_accounts_are_made_once_with_every_role() -> None:
    made = accounts.create_demo_accounts()
    assert {role for _, role, _ in made} == set(Role.values)
    assert len({password for _, _, password in made}) == len(made)
    username, _role, password = made[0]
    assert User.objects.get(username=username).check_password(password)
    assert accounts.create_demo_accounts() == []


def test_the_command_prints_only_new_passwords() -> None:
    first, second = StringIO(), StringIO()
    call_command("create_demo_accounts", stdout=first)
    call_command("create_demo_accounts", stdout=second)
    assert len(first.getvalue().splitlines()) == len(Role.values)
    assert "All demo accounts exist" in second.getvalue()


def test_production_gets_no_demo_accounts(settings) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="create_administrator --name") as refused:
        call_command("create_demo_accounts")
    assert "\n" not in str(refused.value)
    assert not User.objects.exists()


def test_the_first_administrator_is_made_on_the_machine_and_must_choose_a_password(client: Client) -> None:
    assert not accounts.has_administrator()
    said = StringIO()
    call_command("create_administrator", "--name", "ana", "--full-name", "Ana de la Cruz", stdout=said)
    ana = User.objects.get()
    assert (ana.role, ana.get_full_name(), ana.is_active) == (Role.ADMINISTRATOR, "Ana de la Cruz", True)
    assert ana.check_password(said.getvalue().splitlines()[-1])
    assert ana.password_is_temporary
    assert accounts.has_administrator()


@pytest.mark.parametrize("name", ["admin", "", "two words", "x" * 151])
def test_a_name_that_can_not_be_used_is_told_in_one_sentence(administrator: User, name: str) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("create_administrator", "--name", name)
    assert len(str(refused.value).splitlines()) == 1
    assert User.objects.get() == administrator


PAGES = ["people:people", "people:add_person", "people:platforms", "people:register_platform"]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("role", [role for role in Role.values if role != Role.ADMINISTRATOR])
def test_only_administrators_open_the_pages(page: str, role: str) -> None:
    client = Client()
    client.force_login(person(role=role))
    assert client.get(reverse(page)).status_code == 403
    assert client.post(reverse(page), {}).status_code in {403, 405}


@pytest.mark.parametrize("page", [*PAGES, "people:own_password"])
def test_outsiders_go_to_the_sign_in(page: str) -> None:
    answer = Client().get(reverse(page))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("sign_in"))


def test_an_added_person_signs_in_once_and_must_choose_a_password(at_desk: Client) -> None:
    answer = at_desk.post(
        reverse("people:add_person"),
        {"username": "m.osei", "full_name": "Mina Osei", "email": "", "role": Role.CLINICIAN},
    )
    given = re.search(r'id="password" value="([^"]+)"', answer.content.decode())
    assert given is not None
    assert given[1] not in at_desk.get(reverse("people:people")).content.decode()

    theirs = Client()
    signed_in = theirs.post(reverse("sign_in"), {"username": "m.osei", "password": given[1]})
    assert signed_in.status_code == 302
    assert theirs.get("/").headers["Location"] == reverse("people:own_password")
    kept = {"old_password": given[1], "new_password1": given[1], "new_password2": given[1]}
    assert theirs.post(reverse("people:own_password"), kept).status_code == 422
    chosen = "river window candle 7"
    own = {"old_password": given[1], "new_password1": chosen, "new_password2": chosen}
    assert theirs.post(reverse("people:own_password"), own).status_code == 302
    assert theirs.get("/").headers.get("Location") != reverse("people:own_password")
    assert User.objects.get(username="m.osei").check_password(chosen)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"username": ""}, "username"),
        ({"username": "ADMIN"}, "username"),
        ({"username": "two words"}, "username"),
        ({"full_name": ""}, "full_name"),
        ({"full_name": "x" * 160}, "full_name"),
        ({"email": "no address"}, "email"),
        ({"role": "superuser"}, "role"),
        ({"role": ""}, "role"),
    ],
)
def test_bad_input_is_named_and_nothing_is_made(at_desk: Client, changed: dict[str, str], field: str) -> None:
    good = {"username": "new", "full_name": "New Person", "email": "n@example.org", "role": Role.MODERATOR}
    answer = at_desk.post(reverse("people:add_person"), good | changed)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert User.objects.count() == 1


def test_the_last_administrator_stays(at_desk: Client, administrator: User) -> None:
    page = reverse("people:person", args=[administrator.pk])
    demoted = at_desk.post(page, {"full_name": "A", "email": "", "role": Role.MODERATOR})
    assert demoted.status_code == 422
    at_desk.post(reverse("people:switch_person", args=[administrator.pk]), {"active": "no"})
    administrator.refresh_from_db()
    assert administrator.is_active
    assert administrator.role == Role.ADMINISTRATOR


def test_one_of_two_administrators_may_go(at_desk: Client) -> None:
    other = person("other", Role.ADMINISTRATOR)
    at_desk.post(reverse("people:switch_person", args=[other.pk]), {"active": "no"})
    other.refresh_from_db()
    assert not other.is_active


def test_switching_off_ends_the_open_session(at_desk: Client) -> None:
    moderator = person()
    theirs = Client()
    theirs.force_login(moderator)
    assert theirs.get(reverse("people:own_password")).status_code == 200
    at_desk.post(reverse("people:switch_person", args=[moderator.pk]), {"active": "no"})
    assert theirs.get(reverse("people:own_password")).status_code == 302


def test_a_reset_ends_sessions_and_its_password_is_not_logged(
    at_desk: Client, caplog: pytest.LogCaptureFixture
) -> None:
    moderator = person()
    theirs = Client()
    theirs.force_login(moderator)
    with caplog.at_level(logging.DEBUG):
        answer = at_desk.post(reverse("people:reset_password", args=[moderator.pk]))
    password = answer.context["password"]
    assert password not in caplog.text
    moderator.refresh_from_db()
    assert moderator.check_password(password)
    assert theirs.get(reverse("people:own_password")).status_code == 302


def _shift(client: Client, key: str, seconds: float) -> None:
    session = client.session
    session[key] -= seconds
    session.save()


def test_an_idle_session_ends_and_says_so(at_desk: Client, settings) -> None:
    page = reverse("people:people")
    at_desk.get(page)
    _shift(at_desk, middleware.SEEN, settings.SESSION_IDLE_MINUTES * 60 - 5)
    assert at_desk.get(page).status_code == 200
    _shift(at_desk, middleware.SEEN, settings.SESSION_IDLE_MINUTES * 60 + 5)
    answer = at_desk.get(page, follow=True)
    assert answer.redirect_chain
    assert "signed out after a time without use" in answer.content.decode()


def test_polling_does_not_keep_a_session_alive(at_desk: Client, settings) -> None:
    page = reverse("people:people")
    at_desk.get(page)
    _shift(at_desk, middleware.SEEN, settings.SESSION_IDLE_MINUTES * 60 - 5)
    before = at_desk.session[middleware.SEEN]
    at_desk.get(page, headers={middleware.BACKGROUND: "1"})
    assert at_desk.session[middleware.SEEN] == before
    at_desk.get(page)
    assert at_desk.session[middleware.SEEN] > before


def test_a_session_ends_after_its_whole_time_even_in_use(at_desk: Client, settings) -> None:
    page = reverse("people:people")
    at_desk.get(page)
    _shift(at_desk, middleware.STARTED, settings.SESSION_COOKIE_AGE + 5)
    assert at_desk.get(page).status_code == 302


class TestSystem:
    """Who stands in the records for a command that named nobody: no person, and nobody's way in."""

    def test_it_is_made_once_and_can_not_sign_in(self) -> None:
        made = accounts.person_named()
        assert (accounts.person_named(), made.is_active, made.has_usable_password()) == (made, False, False)
        assert not ModelBackend().authenticate(None, username="system", password="")

    def test_no_page_shows_it_or_lets_it_in(self, at_desk: Client) -> None:
        made = accounts.person_named()
        assert f"/{made.pk}/" not in at_desk.get(reverse("people:people")).content.decode()
        for name in ("person", "switch_person", "reset_password"):
            answer = at_desk.post(reverse(f"people:{name}", args=[made.pk]), {"active": "yes"})
            assert answer.status_code == 404
        made.refresh_from_db()
        assert not made.is_active

    def test_no_person_gets_its_name(self) -> None:
        form = PersonForm({"username": "System", "full_name": "A B", "email": "", "role": "moderator"})
        assert "username" in form.errors
