"""Sign-in, home, theme, gallery and the pages for what goes wrong."""

import re

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import get_resolver, reverse
from django.views.defaults import bad_request, server_error

from aimass_apps.people.roles import Role
from aimass_apps.web import navigation, toasts
from aimass_apps.web.views import broken

PASSWORD = "a long enough password 7"


@pytest.fixture(scope="module")
def password():
    """Hashed once: a good hash is slow."""
    return make_password(PASSWORD)


@pytest.fixture
def people(db, password):
    make = get_user_model().objects.create
    return {role: make(username=role, password=password, role=role) for role in Role.values}


@pytest.mark.parametrize("role", Role.values)
def test_the_gallery_is_for_those_who_run_the_product(client, people, role):
    client.force_login(people[role])
    expected = 200 if role in (Role.ADMINISTRATOR, Role.ML_ENGINEER) else 403
    assert client.get("/gallery/").status_code == expected


def test_the_gallery_is_closed_to_outsiders(client, db):
    assert client.get("/gallery/").headers["Location"] == "/sign-in/?next=/gallery/"


def test_no_page_carries_inline_style_or_script(client, people):
    outsider = Client()
    client.force_login(people[Role.ML_ENGINEER])
    for body in (client.get("/gallery/").content.decode(), outsider.get("/sign-in/").content.decode()):
        assert " style=" not in body
        assert "<style" not in body
        assert " onclick=" not in body
        scripts = re.findall(r"<script[^>]*>", body)
        assert scripts
        assert all("src=" in script for script in scripts)


def test_answers_carry_the_policy_and_stay_out_of_caches(client, people):
    client.force_login(people[Role.ML_ENGINEER])
    headers = client.get("/gallery/").headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "no-store" in headers["Cache-Control"]
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["X-Frame-Options"] == "DENY"


def test_wrong_password_tells_nobody_whether_the_name_exists(client, people):
    answers = [
        client.post("/sign-in/", {"username": name, "password": "wrong"}).content.decode()
        for name in (Role.MODERATOR, "nobody")
    ]
    assert all("do not go together" in answer for answer in answers)


def test_sign_in_rests_after_five_wrong_passwords(client, people):
    for _ in range(settings.AXES_FAILURE_LIMIT):
        answer = client.post("/sign-in/", {"username": Role.MODERATOR, "password": "wrong"})
    assert answer.status_code == 429
    assert "Sign-in paused" in answer.content.decode()
    right = client.post("/sign-in/", {"username": Role.MODERATOR, "password": PASSWORD})
    assert right.status_code == 429


def test_home_forwards_each_person_to_their_first_page(client, people):
    client.force_login(people[Role.ADMINISTRATOR])
    first = navigation.entries_for(people[Role.ADMINISTRATOR])[0]
    assert client.get("/").headers["Location"] == reverse(first.url_name)


def test_home_sends_outsiders_to_the_sign_in(client, db):
    assert client.get("/").headers["Location"] == "/sign-in/?next=/"


def test_the_theme_is_kept_and_drawn_by_the_server(client, db):
    answer = client.post("/theme/", {"theme": "dark", "next": "/sign-in/"})
    assert answer.headers["Location"] == "/sign-in/"
    assert 'data-theme="dark"' in client.get("/sign-in/").content.decode()


def test_the_theme_switch_leads_nowhere_else(client, db):
    answer = client.post("/theme/", {"theme": "dark", "next": "https://elsewhere.example/"})
    assert answer.headers["Location"] == "/"
    assert client.post("/theme/", {"theme": "pink"}).status_code == 400


def test_a_made_up_theme_cookie_is_ignored(client, db):
    client.cookies["theme"] = 'dark" onload="x'
    assert 'data-theme="auto"' in client.get("/sign-in/").content.decode()


def test_pages_for_what_goes_wrong(client, people):
    client.force_login(people[Role.CLINICIAN])
    missing = client.get("/no/such/page/")
    assert missing.status_code == 404
    assert "Nothing is here" in missing.content.decode()
    forbidden = client.get("/gallery/")
    assert "not for your role" in forbidden.content.decode()


def test_a_form_without_its_token_is_told_how_to_go_on(people):
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/sign-in/", {"username": "x", "password": "y"})
    assert answer.status_code == 403
    assert "open too long" in answer.content.decode()


def test_the_page_for_errors_needs_neither_database_nor_person():
    answer = server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert "Something broke" in answer.content.decode()


def test_a_damaged_request_gets_a_page():
    answer = bad_request(RequestFactory().get("/"), ValueError())
    assert "cannot be read" in answer.content.decode()


def test_a_part_asked_for_after_the_session_ended_sends_the_whole_page_to_the_sign_in(client, db):
    answer = client.get("/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/moderation/?page=2"})
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == "/sign-in/?next=%2Fmoderation%2F"
    answer = client.get("/", headers={"HX-Request": "true", "HX-Current-URL": "http://[nonsense"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/sign-in/")


def test_a_toast_travels_in_a_header():
    answer = toasts.add(HttpResponse(), "Approved.", action="Undo", url="/undo/")
    assert '"text": "Approved."' in answer.headers["HX-Trigger"]
    with pytest.raises(ValueError, match="unknown tone"):
        toasts.add(HttpResponse(), "x", tone="pink")


@pytest.mark.parametrize(
    ("path", "kind"), [("/api/v1/posts/", "application/problem+json"), ("/sign-in/", "text/html; charset=utf-8")]
)
def test_what_nobody_foresaw_is_a_problem_for_programs_and_a_page_for_people(client, db, monkeypatch, path, kind):
    def break_down(*_: object) -> None:
        raise RuntimeError("secret detail")

    client.raise_request_exception = False
    monkeypatch.setattr("django.urls.resolvers.URLResolver.resolve", break_down)
    monkeypatch.setattr("django.urls.resolvers.URLResolver.resolve_error_handler", lambda self, code: broken)
    answer = client.get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (500, kind)
    assert "secret" not in answer.content.decode()


def test_the_site_uses_it():
    assert get_resolver().resolve_error_handler(500) is broken
