"""Deliveries under a lease: whose turn it is, who lost it, and what was never begun."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from aimass_apps.delivery.models import Delivery, GoneEndpoint
from aimass_apps.delivery.outbox import ATTEMPTS, claim, free_expired_leases, record_attempt
from aimass_apps.delivery.run import deliver_due
from aimass_apps.delivery.sending import Sent
from tests.support.factories import make_platform

pytestmark = pytest.mark.django_db


def test_two_workers_never_hold_the_same_row(announced):
    for _ in range(12):
        announced()
    first, second = claim(lease=uuid.uuid4()), claim(lease=uuid.uuid4())
    assert len(first) == 8
    assert len(second) == 4
    assert not {row.pk for row in first} & {row.pk for row in second}


def test_one_platform_does_not_hold_up_another(announced, platform, db):
    for _ in range(40):
        announced()
    other = make_platform(endpoint=platform.endpoint)
    last = announced(other)
    assert last.pk in {row.pk for row in claim(lease=uuid.uuid4())}


def test_a_platform_whose_turn_is_due_longest_comes_first_however_many_are_busy(announced, endpoint):
    for _ in range(5):
        busy = make_platform(endpoint=endpoint.url)
        for _ in range(8):
            announced(busy)
    last = announced(make_platform(endpoint=endpoint.url))
    Delivery.objects.filter(pk=last.pk).update(next_at=timezone.now() - timedelta(minutes=1))
    assert last.pk in {row.pk for row in claim(lease=uuid.uuid4())}


@pytest.mark.parametrize("sent", [Sent(200), Sent(500, "status 500"), Sent(410, "status 410")])
@pytest.mark.parametrize("swept", [False, True])
def test_a_sender_that_slept_past_its_lease_writes_nothing(announced, platform, sent, swept):
    announced()
    lease = uuid.uuid4()
    (held,) = claim(lease=lease)
    Delivery.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    if swept:
        free_expired_leases()
    before = Delivery.objects.values().get()
    assert not record_attempt(delivery=held, lease=lease, sent=sent, jitter=0.0)
    assert Delivery.objects.values().get() == before
    # One platform's stale answer must not switch off an endpoint that somebody opened meanwhile.
    assert not GoneEndpoint.objects.exists()


def test_who_lost_the_lease_records_nothing(announced):
    announced()
    lease = uuid.uuid4()
    (held,) = claim(lease=lease)
    Delivery.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    assert free_expired_leases() == 1
    assert not record_attempt(delivery=held, lease=lease, sent=Sent(200), jitter=0.0)
    assert Delivery.objects.get().state == "waiting"
    (again,) = claim(lease=uuid.uuid4())
    assert again.attempts == 2


def test_a_row_whose_workers_all_died_is_given_up(announced):
    announced()
    claim(lease=uuid.uuid4())
    Delivery.objects.update(leased_until=timezone.now() - timedelta(seconds=1), attempts=ATTEMPTS)
    free_expired_leases()
    assert Delivery.objects.get().state == "failed"


def test_what_waited_for_a_thread_is_not_blamed_for_the_slowness_of_others(endpoint, announced, monkeypatch):
    endpoint.hang = threading.Event()
    monkeypatch.setattr("aimass_apps.delivery.run.THREADS", 1)
    monkeypatch.setattr("aimass_apps.delivery.run.BATCH_SECONDS", 0.3)
    slow, unsent = announced(), announced()
    # The hanging attempt ends with its time limit, after the batch was given up.
    monkeypatch.setattr("aimass_apps.delivery.sending.TIMEOUT", 1.0)
    deliver_due(clock=iter([0.0, 1.0, 9.0]).__next__)
    endpoint.hang.set()
    slow.refresh_from_db()
    unsent.refresh_from_db()
    assert (slow.state, slow.attempts, slow.last_error) == ("waiting", 1, "timeout")
    assert (unsent.state, unsent.attempts, unsent.last_error) == ("waiting", 0, "")
