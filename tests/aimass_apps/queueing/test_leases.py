"""Leases under two connections, on predictions as the rows of work."""

import threading
import uuid
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from aimass_apps.queueing import leases
from aimass_apps.queueing.leases import Renewing, claim, claim_picked, ended, free_expired, held, release, renew
from aimass_apps.submissions.models import Prediction
from tests.support.factories import ask_posts, make_version
from tests.support.patience import eventually, patience

pytestmark = pytest.mark.django_db(transaction=True)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def rows(desk) -> QuerySet[Prediction]:
    """Four waiting rows, all of one version."""
    make_version()
    ask_posts(4)
    return Prediction.objects.order_by("id")


def take(due: QuerySet[Prediction], limit: int = 10, seconds: float = 60) -> tuple[uuid.UUID, list[int]]:
    lease = uuid.uuid4()
    return lease, claim(due, lease=lease, limit=limit, seconds=seconds)


def expire() -> None:
    Prediction.objects.filter(state="running").update(leased_until=LONG_AGO)


def states() -> list[str]:
    return list(Prediction.objects.order_by("id").values_list("state", flat=True))


def on_another_connection(work: Callable[[], object]) -> object:
    """What `work` returns on a thread, and so a connection, of its own; fails when it waits for a lock."""
    found: list[object] = []

    def run() -> None:
        try:
            found.append(work())
        finally:
            connection.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(patience(20))
    return found[0]


def test_a_claim_takes_waiting_rows_in_order_up_to_its_limit(rows):
    ids = list(rows.values_list("id", flat=True))
    lease, mine = take(rows, limit=3)
    assert sorted(mine) == ids[:3]
    assert list(held(Prediction, lease).values_list("attempts", flat=True)) == [1, 1, 1]
    assert take(rows)[1] == ids[3:]
    assert take(rows)[1] == []


@pytest.mark.parametrize("joined", [{}, {"version__kind": "bert", "submission__desk": "moderation"}])
def test_two_workers_claim_different_rows_at_once_even_through_a_join(rows, joined):
    """A lock on the joined version, which all rows share, would leave the second worker with nothing."""
    due = rows.filter(**joined)
    with transaction.atomic():
        _, mine = take(due, limit=2)
        theirs = on_another_connection(lambda: take(due, limit=2)[1])
    assert (len(mine), len(theirs)) == (2, 2)
    assert not set(mine) & set(theirs)


def test_a_claim_through_a_join_leaves_the_joined_row_free(rows):
    version = rows[0].version

    def change() -> int:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT id FROM registry_modelversion WHERE id = %s FOR UPDATE NOWAIT", [version.pk])
            return len(cursor.fetchall())

    with transaction.atomic():
        assert take(rows.filter(version__kind="bert"))[1]
        assert on_another_connection(change) == 1


def test_candidates_may_be_named_in_sql(rows):
    last = rows.last()
    picked = "SELECT id FROM submissions_prediction WHERE id >= %s AND state = 'waiting' FOR UPDATE SKIP LOCKED"
    columns = ("id", "submission_id", "attempts")
    found = claim_picked(Prediction, picked, [last.pk], lease=uuid.uuid4(), seconds=9, returning=columns)
    assert found == [(last.pk, last.submission_id, 1)]


def test_leases_run_by_the_clock_of_the_database(rows):
    take(rows, seconds=90)
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(extract(epoch FROM leased_until - now())) FROM submissions_prediction")
        assert 80 < cursor.fetchone()[0] <= 90


def test_who_slept_past_the_lease_holds_nothing_even_before_anyone_looked(rows):
    sleeper, mine = take(rows)
    expire()
    assert held(Prediction, sleeper).update(**ended("waiting")) == 0
    assert renew(Prediction, sleeper, seconds=60) == 0
    assert release(Prediction, sleeper) == 0
    assert states() == ["running"] * 4
    assert sorted(free_expired(Prediction).given_back) == sorted(mine)


def test_who_slept_past_the_lease_stores_nothing_into_the_next_ones(rows):
    sleeper, _ = take(rows)
    expire()
    free_expired(Prediction)
    successor, _ = take(rows)
    assert held(Prediction, sleeper).count() == 0
    assert held(Prediction, successor).update(**ended("failed", {"error": "x"})) == 4


def test_renewing_keeps_what_is_held_and_no_more(rows):
    lease, mine = take(rows, seconds=5)
    assert renew(Prediction, lease, seconds=600, ids=mine[:1]) == 1
    Prediction.objects.exclude(pk=mine[0]).update(leased_until=LONG_AGO)
    assert len(free_expired(Prediction)) == 3
    assert list(held(Prediction, lease).values_list("pk", flat=True)) == mine[:1]
    assert renew(Prediction, uuid.uuid4(), seconds=600) == 0


def test_what_is_released_waits_again_and_was_no_attempt(rows):
    lease, mine = take(rows)
    assert release(Prediction, lease, ids=mine[:1], error="not_begun") == 1
    back = Prediction.objects.get(pk=mine[0])
    assert (back.state, back.attempts, back.lease, back.error) == ("waiting", 0, None, "not_begun")
    assert held(Prediction, lease).count() == 3


def test_four_kills_and_a_person_sees_it(rows):
    first = rows.filter(pk=rows.first().pk)
    for attempt in range(1, leases.GIVE_UP_AFTER + 1):
        _, taken = take(first)
        expire()
        freed = free_expired(Prediction, back={"error": "again"}, up={"error": "killed"})
        last = attempt == leases.GIVE_UP_AFTER
        assert (freed.given_back, freed.given_up) == (([], taken) if last else (taken, []))
    assert list(first.values_list("state", "error", "attempts")) == [("failed", "killed", leases.GIVE_UP_AFTER)]
    assert take(first)[1] == []


def test_freeing_waits_for_nobody_who_stores_at_this_moment(rows):
    lease, mine = take(rows)
    Prediction.objects.exclude(pk=mine[0]).update(leased_until=LONG_AGO)
    with transaction.atomic():
        Prediction.objects.filter(pk=mine[1]).update(error="being stored")
        assert on_another_connection(lambda: len(free_expired(Prediction))) == 2
    assert held(Prediction, lease).count() == 1


@pytest.mark.parametrize("half", [{"state": "running"}, {"lease": uuid.uuid4()}, {"leased_until": Now()}])
def test_the_database_refuses_half_leases(rows, half):
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(**half)


def test_a_long_step_keeps_its_lease(rows):
    lease, _ = take(rows, seconds=3)
    until = rows.first().leased_until
    with Renewing(Prediction, lease, seconds=3) as renewing:
        assert eventually(lambda: rows.first().leased_until > until)
        assert not renewing.lost.is_set()


def test_who_lost_the_lease_learns_it_within_a_third_of_its_time(rows):
    lease, _ = take(rows)
    Prediction.objects.update(**ended("waiting"))
    with Renewing(Prediction, lease, seconds=0.3) as renewing:
        assert renewing.lost.wait(patience(20))


def test_a_renewal_that_fails_is_tried_again(rows, monkeypatch):
    tries = []

    def renew_at_the_second_try(*args, **fields):
        tries.append(fields)
        if len(tries) == 1:
            raise leases.Error("the database is away")
        return 1

    monkeypatch.setattr(leases, "renew", renew_at_the_second_try)
    with Renewing(Prediction, uuid.uuid4(), seconds=0.03) as renewing:
        assert eventually(lambda: len(tries) > 1)
        assert not renewing.lost.is_set()
