"""Which addresses may be called, what `retry-after` means, and signatures: without a database."""

import socket
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook

from aimass_apps.delivery import sending
from aimass_apps.delivery.sending import RefusedEndpoint, aim, is_public, retry_after
from aimass_apps.delivery.signing import BadSignature, check_signature, sign
from aimass_apps.people.platforms import new_secret

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 - an address to refuse
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::a9fe:a9fe", False),
        ("2002:7f00:1::", False),
    ],
)
def test_public_addresses(number, public):
    assert is_public(number) is public


@pytest.mark.parametrize(
    "url",
    [
        "http://93.184.216.34/hook",
        "https://127.0.0.1/hook",
        "https://[::1]/hook",
        "https://user:secret@93.184.216.34/hook",
        "https:///hook",
        "ftp://93.184.216.34/",
        "https://2130706433/",
    ],
)
def test_refused_addresses(url, monkeypatch):
    # As the system resolves numbers; names need no answer here.
    with pytest.raises(RefusedEndpoint):
        aim(url, allow_private=False)


def test_a_name_is_called_by_the_number_that_was_checked(monkeypatch):
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 8443))]
    monkeypatch.setattr(sending.socket, "getaddrinfo", lambda *args, **kwargs: found)
    url, headers, extensions = aim("https://hooks.example.org:8443/a?b=1", allow_private=False)
    assert url == "https://93.184.216.34:8443/a?b=1"
    assert headers == {"host": "hooks.example.org:8443"}
    assert extensions == {"sni_hostname": "hooks.example.org"}


def test_one_private_address_among_several_is_enough_to_refuse(monkeypatch):
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, 443)) for number in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(sending.socket, "getaddrinfo", lambda *args, **kwargs: found)
    with pytest.raises(RefusedEndpoint, match="not public"):
        aim("https://hooks.example.org/", allow_private=False)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        ("0", 0.0),
        ("99999999999999", 86_400.0),
        ("Sun, 22 Nov 2026 02:01:00 GMT", 60.0),
        ("Sun, 22 Nov 2026 01:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("", None),
        ("٣", None),
    ],
)
def test_retry_after(value, seconds):
    assert retry_after({"retry-after": value}, NOW) == seconds


def test_our_signature_fits_the_package_and_the_package_ours():
    secret, body = new_secret(), '{"a":"Größe"}'
    headers = sign(secret=secret, event_id="evt_1", at=datetime.now(UTC), body=body)
    assert Webhook(secret).verify(body, headers) == {"a": "Größe"}
    assert check_signature(secret=secret, headers=headers, body=body.encode()) == "evt_1"


def test_during_rotation_one_of_several_signatures_is_enough():
    secret, body = new_secret(), "{}"
    headers = sign(secret=secret, event_id="evt_1", at=datetime.now(UTC), body=body)
    headers["webhook-signature"] = f"v1,AAAA v2,zzz {headers['webhook-signature']}"
    assert check_signature(secret=secret, headers=headers, body=b"{}") == "evt_1"
    with pytest.raises(BadSignature):
        check_signature(secret=new_secret(), headers=headers, body=b"{}")
