"""The four traps of a ledger under concurrency. Each test fails when its cure is taken out."""

import socket
import threading
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from aimass_apps.queueing import doorbell
from aimass_apps.submissions import ledger, settling
from aimass_apps.submissions.ledger import claim, free_expired_leases, store
from aimass_apps.submissions.models import Prediction, Submission
from tests.support.factories import answers, ask_posts, make_version, take
from tests.support.patience import patience

pytestmark = pytest.mark.django_db(transaction=True)


def in_thread(work: Callable[[], object]) -> threading.Thread:
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def test_two_workers_that_store_the_last_two_answers_at_once_settle_once(desk, monkeypatch):
    """Without the lock on the submissions each would miss the other's uncommitted answer, and nobody would settle."""
    make_version()
    make_version(kind="keywords")
    ask_posts()
    (lease_a, work_a), (lease_b, work_b) = take(rows=1), take(rows=1)
    a_has_settled, b_has_begun = threading.Event(), threading.Event()
    settle_complete = settling.settle_complete

    def slow_settle(ids):
        count = settle_complete(ids)
        if threading.current_thread() is first:
            a_has_settled.set()
            b_has_begun.wait(patience(20))
            wait_until_blocked_or(lambda: not second_box[0].is_alive())
        return count

    monkeypatch.setattr(ledger, "settle_complete", slow_settle)
    second_box: list[threading.Thread] = []
    first = threading.Thread(target=lambda: (store(lease=lease_a, results=answers(work_a)), connection.close()))
    first.start()
    assert a_has_settled.wait(patience(20))
    second_box.append(in_thread(lambda: store(lease=lease_b, results=answers(work_b))))
    b_has_begun.set()
    first.join(patience(20))
    second_box[0].join(patience(20))
    assert len(desk.settled) == 1
    assert Submission.objects.filter(settled_at=None).count() == 0


def wait_until_blocked_or(finished: Callable[[], bool]) -> None:
    """Until another session waits for one of our locks, or the other thread came through without waiting."""
    deadline = time.monotonic() + patience(20)
    while time.monotonic() < deadline and not finished():
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
            if cursor.fetchone()[0]:
                return


def test_a_worker_that_slept_past_its_lease_stores_nothing(desk):
    make_version()
    ask_posts()
    sleeper, asleep = take()
    Prediction.objects.update(leased_until=datetime(2020, 1, 1, tzinfo=UTC))
    assert free_expired_leases() == 1
    successor, work = take()
    assert store(lease=sleeper, results=answers(asleep)) == 0
    assert Prediction.objects.get().state == "running"
    assert store(lease=successor, results=answers(work)) == 1
    assert len(desk.settled) == 1


def test_an_answer_that_comes_after_its_lease_is_not_stored_even_before_the_sweep(desk):
    make_version()
    ask_posts()
    lease, work = take()
    Prediction.objects.update(leased_until=datetime(2020, 1, 1, tzinfo=UTC))
    assert store(lease=lease, results=answers(work)) == 0
    assert (Prediction.objects.get().state, desk.settled) == ("running", [])


def test_leases_run_by_the_clock_of_the_database(desk, settings):
    make_version()
    ask_posts()
    take()
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM leased_until - now()) FROM submissions_prediction")
        assert settings.LEASE_SECONDS - 5 < cursor.fetchone()[0] <= settings.LEASE_SECONDS


@pytest.fixture
def hanging_broker():
    """A server that accepts and never answers: worse for a client than one that is gone."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


@pytest.mark.parametrize("broker_kind", ["gone", "hanging"])
def test_a_committed_post_does_not_fail_or_wait_for_a_dead_broker(desk, monkeypatch, hanging_broker, broker_kind):
    url = hanging_broker if broker_kind == "hanging" else "redis+socket:///nowhere/valkey.sock"
    monkeypatch.setattr(doorbell.current_app.conf, "broker_url", url)
    make_version()
    with transaction.atomic():
        ask_posts()
    assert Prediction.objects.count() == 1
    assert doorbell.ring("nobody.hears", "inference") is False


def test_a_broker_may_cost_a_request_a_fifth_of_a_second_at_most():
    options = doorbell._connection("redis://127.0.0.1:1/0").transport_options
    assert options["socket_timeout"] <= 0.2
    assert options["socket_connect_timeout"] <= 0.2


def test_two_workers_claim_different_rows_of_one_version_at_the_same_time(desk):
    """A lock on the joined version row would leave the second worker with nothing."""
    make_version()
    ask_posts(20)
    with transaction.atomic():
        mine = claim(lease=uuid.uuid4(), rows=10)
        theirs: list[object] = []
        other = in_thread(lambda: theirs.extend(claim(lease=uuid.uuid4(), rows=10)))
        other.join(patience(20))
        assert not other.is_alive()
    assert (len(mine), len(theirs)) == (10, 10)
