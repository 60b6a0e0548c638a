"""Platforms: secrets are shown once, keys rotate without a break, a platform can be switched off."""

import base64
import re

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from aimass_apps.people import platforms
from aimass_apps.people.api_keys import platform_of, revoke_key
from aimass_apps.people.models import Platform, User
from aimass_apps.people.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_desk() -> Client:
    client = Client()
    client.force_login(User.objects.create_user("admin", role=Role.ADMINISTRATOR))
    return client


def test_secrets_have_the_standard_form_and_differ() -> None:
    _platform, _key, secrets = platforms.register_platform(name="Forum")
    for secret in secrets:
        assert secret.startswith("whsec_")
        assert 24 <= len(base64.b64decode(secret.removeprefix("whsec_"))) <= 64
    assert secrets.incoming != secrets.outgoing


def test_neither_key_nor_secret_is_in_the_tables() -> None:
    platform, key, secrets = platforms.register_platform(name="Forum")
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(p)::text FROM people_platform p")
        rows = " ".join(row[0] for row in cursor.fetchall())
        cursor.execute("SELECT row_to_json(k)::text FROM people_apikey k")
        rows += " ".join(row[0] for row in cursor.fetchall())
        cursor.execute("SELECT outgoing_secret, incoming_secret FROM people_platform WHERE id = %s", [platform.pk])
        sealed = b"".join(bytes(value) for value in cursor.fetchone())
    assert key not in rows
    assert all(secret not in rows and secret.encode() not in sealed for secret in secrets)
    assert Platform.objects.get(pk=platform.pk).incoming_secret == secrets.incoming


def test_a_registered_platform_gets_everything_once(at_desk: Client) -> None:
    answer = at_desk.post(reverse("people:register_platform"), {"name": "Forum", "endpoint": ""})
    page = answer.content.decode()
    key = re.search(r'id="key" value="([^"]+)"', page)
    assert key is not None
    assert platform_of(key[1]) == Platform.objects.get()
    assert f"Authorization: Bearer {key[1]}" in page
    later = at_desk.get(reverse("people:platform", args=[Platform.objects.get().public_id])).content.decode()
    assert key[1] not in later
    assert Platform.objects.get().incoming_secret not in later


def test_a_new_key_works_beside_the_old_until_that_is_revoked(at_desk: Client) -> None:
    platform, old, _secrets = platforms.register_platform(name="Forum")
    answer = at_desk.post(reverse("people:add_key", args=[platform.public_id]))
    new = answer.context["key"]
    assert platform_of(old) == platform_of(new) == platform
    prefix = old.split("_")[1]
    at_desk.post(reverse("people:revoke_key", args=[platform.public_id, prefix]))
    assert platform_of(old) is None
    assert platform_of(new) == platform
    assert platforms.keys_of(platform)[0].prefix == new.split("_")[1]


def test_a_key_of_another_platform_is_not_found(at_desk: Client) -> None:
    platform, _key, _secrets = platforms.register_platform(name="Forum")
    _other, key, _secrets = platforms.register_platform(name="Other")
    answer = at_desk.post(reverse("people:revoke_key", args=[platform.public_id, key.split("_")[1]]))
    assert answer.status_code == 404
    assert platform_of(key) is not None


@pytest.mark.parametrize("which", ["incoming", "outgoing"])
def test_a_secret_is_replaced_alone(at_desk: Client, which: str) -> None:
    platform, _key, secrets = platforms.register_platform(name="Forum")
    answer = at_desk.post(reverse("people:rotate_secret", args=[platform.public_id, which]))
    shown = answer.context[which]
    platform.refresh_from_db()
    assert getattr(platform, f"{which}_secret") == shown != getattr(secrets, which)
    other = "outgoing" if which == "incoming" else "incoming"
    assert getattr(platform, f"{other}_secret") == getattr(secrets, other)
    assert getattr(secrets, other) not in answer.content.decode()


def test_an_address_that_only_looks_like_an_id_is_not_found(at_desk: Client) -> None:
    assert at_desk.post(f"/platforms/{'-' * 36}/secrets/incoming/").status_code == 404


def test_an_unknown_secret_is_refused(at_desk: Client) -> None:
    platform, _key, _secrets = platforms.register_platform(name="Forum")
    assert at_desk.post(f"/platforms/{platform.public_id}/secrets/name/").status_code == 404
    with pytest.raises(ValueError, match="no name secret"):
        platforms.rotate_secret(platform=platform, which="name")


def test_a_platform_that_is_off_has_no_working_key(at_desk: Client) -> None:
    platform, key, _secrets = platforms.register_platform(name="Forum")
    switch = reverse("people:switch_platform", args=[platform.public_id])
    at_desk.post(switch, {"active": "no"})
    assert platform_of(key) is None
    at_desk.post(switch, {"active": "yes"})
    assert platform_of(key) == platform
    revoke_key(key=platform.api_keys.get())
    assert platform_of(key) is None


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": "", "endpoint": ""}, "name"),
        ({"name": "forum", "endpoint": ""}, "name"),
        ({"name": "x" * 81, "endpoint": ""}, "name"),
        ({"name": "New", "endpoint": "not an address"}, "endpoint"),
        ({"name": "New", "endpoint": "http://example.org/hook"}, "endpoint"),
        ({"name": "New", "endpoint": "ftp://example.org/hook"}, "endpoint"),
        ({"name": "New", "endpoint": "https://me:secret@example.org/hook"}, "endpoint"),
    ],
)
def test_bad_input_is_named_and_nothing_is_made(at_desk: Client, given: dict[str, str], field: str, settings) -> None:
    settings.ALLOW_PRIVATE_ENDPOINTS = False
    platforms.register_platform(name="Forum")
    answer = at_desk.post(reverse("people:register_platform"), given)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert Platform.objects.count() == 1


def test_name_and_endpoint_change(at_desk: Client) -> None:
    platform, _key, _secrets = platforms.register_platform(name="Forum")
    page = reverse("people:platform", args=[platform.public_id])
    assert at_desk.post(page, {"name": "Forum", "endpoint": "https://example.org/hook"}).status_code == 302
    platform.refresh_from_db()
    assert platform.endpoint == "https://example.org/hook"
    assert "https://example.org/hook" in at_desk.get(reverse("people:platforms")).content.decode()


def test_the_empty_list_says_what_to_do(at_desk: Client) -> None:
    assert "No platform yet" in at_desk.get(reverse("people:platforms")).content.decode()
