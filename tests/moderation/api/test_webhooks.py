"""Posts by signed webhooks, repeats, and every kind of bad input."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from standardwebhooks import Webhook

from aimass_apps.people.platforms import new_secret
from moderation.models import Post, WebhookReceipt
from tests.moderation.api.test_posts import PROBLEM, assert_problem, post

pytestmark = pytest.mark.django_db


def signed(platform, body, *, webhook_id="msg_1", secret=None, at=None):
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    moment = at or datetime.now(UTC)
    try:
        signature = Webhook(secret or platform.incoming_secret).sign(webhook_id, moment, sent.decode())
    except UnicodeDecodeError:
        signature = "v1,AAAA"
    headers = {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": signature,
    }
    return sent, headers


def deliver(platform, sent, headers):
    url = reverse("webhook", args=[platform.public_id])
    return Client().post(url, sent, content_type="application/json", headers=headers)


def event(data=None, kind="post.created"):
    return {"type": kind, "timestamp": "2026-11-22T02:00:00Z", "data": data or post()}


def test_a_signed_webhook(platform):
    answer = deliver(platform, *signed(platform, event({"posts": [post(1), post(2)]})))
    assert answer.status_code == 202
    assert [receipt["external_id"] for receipt in answer.json()["posts"]] == ["p-1", "p-2"]
    assert Post.objects.filter(platform=platform).count() == 2


def test_a_repeated_webhook_gets_the_first_answer(platform):
    message = signed(platform, event())
    first, again = deliver(platform, *message), deliver(platform, *message)
    assert again.status_code == 202
    assert again.json() == first.json()
    assert WebhookReceipt.objects.count() == Post.objects.count() == 1


def test_the_same_id_with_another_body(platform):
    deliver(platform, *signed(platform, event()))
    answer = deliver(platform, *signed(platform, event(post(2))))
    assert (answer.status_code, answer["Content-Type"]) == (409, PROBLEM)
    assert Post.objects.count() == 1


@pytest.mark.parametrize("minutes", [-6, 6])
def test_too_old_and_too_new(platform, minutes):
    at = datetime.now(UTC) + timedelta(minutes=minutes)
    assert_problem(deliver(platform, *signed(platform, event(), at=at)), 401)


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-signature": ""},
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": "v2"},
        {"webhook-signature": "v1,%%%"},
        {"webhook-signature": "a,b,c d"},
        {"webhook-timestamp": "nan"},
        {"webhook-timestamp": "1e400"},
        {"webhook-timestamp": "soon"},
        {"webhook-id": "another"},
        {"webhook-id": ""},
    ],
)
def test_bad_headers(platform, change):
    sent, headers = signed(platform, event())
    assert_problem(deliver(platform, sent, {**headers, **change}), 401)


def test_a_changed_body_or_another_secret(platform):
    sent, headers = signed(platform, event())
    assert_problem(deliver(platform, sent + b" ", headers), 401)
    assert_problem(deliver(platform, *signed(platform, event(), secret=new_secret())), 401)
    assert_problem(deliver(platform, *signed(platform, b"\xff")), 401)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        {},
        {"type": "post.exploded", "data": post()},
        {"type": ["post.created"], "data": post()},
        {"type": "post.created"},
        event(kind="post.created", data=post(text="x" * 20_001)),
        event(data={"posts": [post(n) for n in range(501)]}),
    ],
)
def test_bad_events_leave_no_receipt(platform, body):
    assert_problem(deliver(platform, *signed(platform, body)), 400)
    assert not WebhookReceipt.objects.exists()


def test_a_long_id_and_a_large_body(platform):
    assert_problem(deliver(platform, *signed(platform, event(), webhook_id="x" * 201)), 400)
    assert_problem(deliver(platform, *signed(platform, event(post(text="x" * 1_000_001)))), 413)


def test_platforms_that_are_off_or_unknown(platform):
    message = signed(platform, event())
    platform.active = False
    platform.save()
    assert_problem(deliver(platform, *message), 404)
