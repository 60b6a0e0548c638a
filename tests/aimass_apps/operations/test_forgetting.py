"""Traffic records go after a while; what was decided stays."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from aimass_apps.delivery.models import Delivery
from aimass_apps.queueing.sweep import sweep_hour
from aimass_apps.submissions.decisions import record_decision
from aimass_apps.submissions.models import Decision, Submission
from moderation.models import WebhookReceipt
from tests.support.factories import make_platform

pytestmark = pytest.mark.django_db


@pytest.fixture
def platform(settings):
    settings.KEEP_TRAFFIC_DAYS = 30
    return make_platform()


def delivery(platform, state, days):
    submission = Submission.objects.create(desk="moderation", language="en", text="a day", content_hash="0" * 64)
    decision = record_decision(submission=submission, action="clear", reasons=[], policy_version="test-1")
    over = {"delivered_at": Now()} if state == "delivered" else {}
    made = Delivery.objects.create(decision=decision, platform=platform, payload={}, state=state, **over)
    Delivery.objects.filter(pk=made.pk).update(created_at=Now() - timedelta(days=days))
    return made


def test_old_events_go_unless_they_still_wait(platform):
    gone = [delivery(platform, "delivered", 31), delivery(platform, "failed", 31)]
    kept = [delivery(platform, "delivered", 29), delivery(platform, "waiting", 31)]
    assert sweep_hour()["old deliveries"] == 2
    assert set(Delivery.objects.all()) == set(kept)
    assert Decision.objects.count() == len(gone) + len(kept)


def test_old_answers_to_webhooks_go(platform):
    for name, days in (("old", 31), ("new", 29)):
        WebhookReceipt.objects.create(platform=platform, webhook_id=name, body_sha256="0" * 64, answer={})
        WebhookReceipt.objects.filter(webhook_id=name).update(received_at=Now() - timedelta(days=days))
    assert sweep_hour()["answers to webhooks"] == 1
    assert WebhookReceipt.objects.get().webhook_id == "new"
