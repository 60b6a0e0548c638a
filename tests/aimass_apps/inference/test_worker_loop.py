"""The scoring loop, where what it claimed changes under it."""

import time
import uuid

import pytest

from aimass_apps.inference import worker_loop
from aimass_apps.inference.predictor import Answer
from aimass_apps.submissions import ledger
from aimass_apps.submissions.erasing import erase_submissions
from aimass_apps.submissions.models import Prediction
from tests.support.factories import ask_posts, make_version

pytestmark = pytest.mark.django_db


class Steady:
    """Stands in for the loaded models: every text is harmless."""

    def get(self, version_id):
        return self

    def predict(self, items):
        return [Answer({"toxic": 0.1}, ()) for _item in items]


def test_what_is_erased_after_its_claim_does_not_hold_up_the_rest(desk, monkeypatch):
    make_version()
    gone, stays = ask_posts(2)

    def claim_then_erase(*, lease: uuid.UUID, alone: bool):
        work = ledger.claim(lease=lease, alone=alone)
        erase_submissions([gone.pk])
        return work

    monkeypatch.setattr(worker_loop, "claim", claim_then_erase)
    assert worker_loop.score_batch(Steady()) == 2
    assert list(Prediction.objects.values_list("submission", "state")) == [(stays.pk, "done")]
    assert desk.settled == [stays.pk]


def test_a_score_that_is_no_number_spoils_its_own_row_alone(desk):
    make_version()
    ask_posts(2)
    scores = iter([float("nan"), 0.1])

    class Unsteady(Steady):
        def predict(self, items):
            return [Answer({"toxic": next(scores)}, ()) for _item in items]

    worker_loop.score_batch(Unsteady())
    found = Prediction.objects.order_by("pk").values_list("state", "error")
    assert list(found) == [("waiting", "not_finite"), ("done", "")]


def test_an_answer_without_scores_goes_to_a_person_at_once(desk):
    """Stored as an answer it would read as harmless."""
    make_version()
    ask_posts(2)
    scores = iter([{}, {"toxic": 0.1}])

    class Partial(Steady):
        def predict(self, items):
            return [Answer(next(scores), ()) for _item in items]

    worker_loop.score_batch(Partial())
    found = Prediction.objects.order_by("pk").values_list("state", "error")
    assert list(found) == [("failed", "no_scores"), ("done", "")]


class Slow(Steady):
    """Thinks for longer than its lease lasts, while the sweep looks again and again for vanished workers."""

    def predict(self, items):
        self.freed, end = 0, time.monotonic() + 2.2
        while time.monotonic() < end:
            self.freed += ledger.free_expired_leases()
            time.sleep(0.05)
        return super().predict(items)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("longest", "freed", "state"), [(60.0, 0, "done"), (0.0, 1, "waiting")])
def test_a_worker_that_lives_keeps_its_rows_but_not_for_ever(
    desk,
    monkeypatch,
    settings,
    longest,
    freed,
    state,
):
    settings.LEASE_SECONDS = 1.5
    monkeypatch.setattr(worker_loop, "LONGEST_BATCH", longest)
    make_version()
    ask_posts()
    slow = Slow()
    worker_loop.score_batch(slow)
    assert (slow.freed, Prediction.objects.get().state) == (freed, state)
