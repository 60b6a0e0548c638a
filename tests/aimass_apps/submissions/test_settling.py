"""Settling what nobody settled: what fails stands in nobody's way, waits, and is shown."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from aimass_apps.operations.status import queue_statuses
from aimass_apps.people.models import User
from aimass_apps.submissions import settling
from aimass_apps.submissions.models import Submission
from aimass_apps.submissions.settling import settle_forgotten
from tests.support.factories import ask_posts

pytestmark = pytest.mark.django_db
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def failing_desk(desk, monkeypatch):
    """Fails on every submission whose text says so, and counts how often it was asked about each."""
    tried: Counter[int] = Counter()

    def settle(submissions):
        tried.update(submission.pk for submission in submissions)
        if any(submission.text.startswith("bad") for submission in submissions):
            raise RuntimeError

    monkeypatch.setattr(desk, "settle", settle)
    return tried


@pytest.mark.parametrize("bad", [3, 8, 20])
def test_however_many_fail_those_behind_them_are_settled(failing_desk, bad):
    ask_posts(bad, text="bad")
    good = ask_posts(3)
    for _sweep in range(bad // 4 + 2):
        settle_forgotten(limit=4)
    assert Submission.objects.filter(pk__in=[each.pk for each in good], settled_at=None).count() == 0
    assert len(settling.stuck("moderation")) == bad
    assert settling.stuck("triage") == []


def test_what_fails_waits_longer_each_time_and_is_never_given_up(failing_desk):
    (asked,) = ask_posts(1, text="bad")
    waits = []
    for _sweep in range(7):
        before = sum(failing_desk.values())
        assert settle_forgotten() == settle_forgotten() == 0
        assert sum(failing_desk.values()) == before + 2  # all together, then alone; the second call leaves it
        asked.refresh_from_db()
        waits.append(asked.settle_again_at - timezone.now())
        Submission.objects.update(settle_again_at=LONG_AGO)
    expected = [*settling.PAUSES, settling.PAUSES[-1], settling.PAUSES[-1]]
    assert all(abs(wait - pause) < timedelta(seconds=30) for wait, pause in zip(waits, expected, strict=True))


def test_the_status_page_names_what_can_not_be_settled(failing_desk):
    asked = ask_posts(10, text="bad")
    settle_forgotten()
    moderation = next(each for each in queue_statuses() if each.desk == "moderation")
    assert moderation.stuck == [each.pk for each in asked]
    assert moderation.stuck_text == ", ".join(str(each.pk) for each in asked[:8]) + " …"
    client = Client()
    client.force_login(User.objects.create(username="admin", role="administrator"))
    assert str(asked[0].pk) in client.get("/status/").content.decode().partition("be settled")[2]
