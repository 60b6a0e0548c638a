"""Claim, store, leases and poison rows. The traps of concurrency have a file of their own."""

import uuid
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from aimass_apps.queueing.leases import GIVE_UP_AFTER
from aimass_apps.registry.models import Stage
from aimass_apps.submissions.ledger import (
    Result,
    estimate_tokens,
    free_expired_leases,
    store,
)
from aimass_apps.submissions.models import Prediction
from aimass_apps.submissions.settling import settle_forgotten
from tests.support.factories import answers, ask_posts, make_version, take

pytestmark = pytest.mark.django_db
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def states() -> list[str]:
    return list(Prediction.objects.order_by("id").values_list("state", flat=True))


def test_each_live_and_shadow_version_is_asked_and_no_candidate(desk):
    live, shadow = make_version(), make_version(kind="svm", stage=Stage.SHADOW)
    make_version(stage=Stage.CANDIDATE)
    make_version(language="zh")
    ask_posts()
    asked = Prediction.objects.order_by("id").values_list("version_id", "decisive", "lane")
    assert set(asked) == {(live.pk, True, 1), (shadow.pk, False, 2)}


def test_a_claim_leases_rows_and_a_second_claim_takes_the_rest(desk):
    make_version()
    ask_posts(5)
    _, first = take(rows=3)
    _, second = take()
    assert (len(first), len(second)) == (3, 2)
    assert not {row.id for row in first} & {row.id for row in second}
    assert states() == ["running"] * 5


def test_the_token_budget_ends_a_claim_but_one_row_always_fits(desk):
    make_version()
    ask_posts(4, text="x" * 400)
    _, small = take(tokens=1)
    assert len(small) == 1
    _, two = take(tokens=small[0].tokens + 1)
    assert len(two) == 2


def test_shadows_are_claimed_after_what_somebody_waits_for(desk):
    make_version(kind="svm", stage=Stage.SHADOW)
    live = make_version()
    ask_posts(2)
    _, work = take(rows=2)
    assert {row.version_id for row in work} == {live.pk}


def test_stored_answers_settle_their_submissions_once(desk):
    make_version()
    asked = ask_posts(3)
    lease, work = take()
    assert store(lease=lease, results=answers(work)) == 3
    assert sorted(desk.settled) == [submission.pk for submission in asked]
    assert store(lease=lease, results=answers(work)) == 0
    assert len(desk.settled) == 3


def test_settling_waits_for_every_decisive_answer_and_for_no_shadow(desk):
    make_version()
    make_version(kind="keywords")
    make_version(kind="svm", stage=Stage.SHADOW)
    ask_posts()
    lease, first = take(rows=1)
    store(lease=lease, results=answers(first))
    assert desk.settled == []
    lease, second = take(rows=1)
    store(lease=lease, results=answers(second))
    assert len(desk.settled) == 1


def test_a_failing_row_is_retried_alone_and_then_handed_to_a_person(desk):
    make_version()
    ask_posts()
    for attempt in range(1, GIVE_UP_AFTER + 1):
        lease, work = take(alone=attempt > 2)
        assert [row.attempts for row in work] == [attempt]
        store(lease=lease, results=[Result(work[0].id, error="RuntimeError")])
        if attempt == 2:
            assert take()[1] == []
    assert states() == ["failed"]
    assert len(desk.settled) == 1


def test_an_expired_lease_goes_back_and_after_the_last_attempt_to_a_person(desk):
    make_version()
    ask_posts()
    take()
    assert free_expired_leases() == 0
    Prediction.objects.update(leased_until=LONG_AGO)
    assert free_expired_leases() == 1
    assert states() == ["waiting"]
    take()
    Prediction.objects.update(attempts=GIVE_UP_AFTER, leased_until=LONG_AGO)
    assert free_expired_leases() == 1
    assert states() == ["failed"]
    assert settle_forgotten() == 1
    assert len(desk.settled) == 1


def test_one_submission_that_can_not_be_settled_does_not_hold_up_the_others(desk, monkeypatch):
    asked = ask_posts(3)  # no version is live, so all three are complete
    settle = desk.settle

    def fail_for_the_second(submissions):
        if asked[1] in submissions:
            raise RuntimeError
        settle(submissions)

    monkeypatch.setattr(desk, "settle", fail_for_the_second)
    assert settle_forgotten() == 2
    assert desk.settled == [asked[0].pk, asked[2].pk]


@pytest.mark.parametrize(
    "change",
    [
        {"state": "running"},
        {"lease": uuid.uuid4()},
        {"state": "done"},
        {"scores": {"toxic": 1.0}},
    ],
)
def test_the_database_refuses_half_states(desk, change):
    make_version()
    ask_posts()
    with pytest.raises(IntegrityError), transaction.atomic():
        Prediction.objects.update(**change)


def test_tokens_are_estimated_by_script():
    assert estimate_tokens("four", "en") == 3
    assert estimate_tokens("四个汉字", "zh") == 6
    assert estimate_tokens("😀" * 20_000, "unknown") >= 20_000  # a claim takes few of these at once
