"""The scoring loop: claim, predict outside any transaction, store and settle in one."""

import logging
import math
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence

from django.conf import settings

from aimass_apps.inference.predictor import Answer, Item, NoAnswer, Span
from aimass_apps.inference.predictor_cache import LoadedPredictors
from aimass_apps.queueing.doorbell import ring
from aimass_apps.queueing.leases import GIVE_UP_AFTER, Renewing
from aimass_apps.submissions.ledger import (
    REMOTE_PAUSE,
    REMOTE_QUEUE,
    REMOTE_TASK,
    SCORE_QUEUE,
    SCORE_TASK,
    Claimed,
    Result,
    claim,
    claim_remote,
    store,
    work_waits,
)
from aimass_apps.submissions.models import Prediction, Submission
from aimass_apps.submissions.settling import settle_forgotten

log = logging.getLogger(__name__)
# Short, so that a warm shutdown never waits long; whoever stops with work left rings again.
DRAIN_SECONDS = 5.0
LONGEST_BATCH = 600.0  # seconds: a model that hangs loses its rows, to another worker and at last to a person


def drain(
    predictors: LoadedPredictors, *, seconds: float = DRAIN_SECONDS, clock: Callable[[], float] = time.monotonic
) -> int:
    """Score waiting predictions for at most `seconds`; returns how many answers were stored."""
    end, stored = clock() + seconds, 0
    while clock() < end:
        done = score_batch(predictors) + score_batch(predictors, alone=True)
        if not done:
            settle_forgotten()
            return stored
        stored += done
    if work_waits():
        ring(SCORE_TASK, SCORE_QUEUE)
    return stored


def score_batch(predictors: LoadedPredictors, *, alone: bool = False) -> int:
    """Claim one batch of work, answer it and store it; 0 when there was nothing to claim."""
    lease = uuid.uuid4()
    work = claim(lease=lease, alone=alone)
    if not work:
        return 0
    with Renewing(Prediction, lease, seconds=settings.LEASE_SECONDS, longest=LONGEST_BATCH):
        results = _answer(predictors, work)
    store(lease=lease, results=results)
    return len(work)


def drain_remote(predictors: LoadedPredictors, *, lease_seconds: float) -> int:
    """Ask models elsewhere, one row after the other, until no row is due; returns how many were asked.

    As many threads as the worker has do this at once: one that waits for a slow endpoint holds up no other.
    """
    asked = 0
    while True:
        lease = uuid.uuid4()
        work = claim_remote(lease=lease, seconds=lease_seconds)
        if not work:
            return asked
        results = _answer(predictors, work)
        store(lease=lease, results=results)
        asked += 1
        if any(result.error and not result.final for result in results) and work[0].attempts < GIVE_UP_AFTER:
            ring(REMOTE_TASK, REMOTE_QUEUE, after=REMOTE_PAUSE * work[0].attempts ** 2)


def _answer(predictors: LoadedPredictors, work: Sequence[Claimed]) -> list[Result]:
    texts = {
        submission.pk: Item(submission.content, submission.sealed_facts or {})
        for submission in Submission.objects.filter(pk__in={row.submission_id for row in work})
    }
    by_version: dict[int, list[Claimed]] = defaultdict(list)
    for row in work:
        # One that was erased since it was claimed took its row with it.
        if row.submission_id in texts:
            by_version[row.version_id].append(row)
    results: list[Result] = []
    for version_id, rows in by_version.items():
        results += answer_rows(predictors, version_id, rows, [texts[row.submission_id] for row in rows])
    return results


def answer_rows(
    predictors: LoadedPredictors, version_id: int, rows: Sequence[Claimed], items: Sequence[Item]
) -> list[Result]:
    """One version's results for its rows. Whatever a model raises becomes the rows' error, never a score."""
    started = time.perf_counter()
    try:
        answers = predictors.get(version_id).predict(items)
        if len(answers) != len(items):
            raise ValueError("the model did not answer every item")
    except NoAnswer as none:
        log.warning("version %s gave no usable answer to %s rows: %s", version_id, len(rows), none.code)
        spans = _rows_of(none.spans)
        return [Result(row.id, error=none.code, spans=spans, final=not none.again) for row in rows]
    except Exception as error:  # noqa: BLE001 - models are foreign code: any failure of theirs goes to a person
        # The class name alone: a message may quote the text.
        log.error("version %s failed on %s rows: %s", version_id, len(rows), type(error).__name__)
        return [Result(row.id, error=type(error).__name__) for row in rows]
    share = (time.perf_counter() - started) * 1000 / len(rows)
    return [_result(row, answer, share) for row, answer in zip(rows, answers, strict=True)]


def _result(row: Claimed, answer: Answer, milliseconds: float) -> Result:
    # One text of several that the model could not answer; asked again it would not either.
    if not answer.scores:
        return Result(row.id, error="no_scores", spans=_rows_of(answer.spans), final=True)
    # PostgreSQL's JSON has no NaN: one such score would keep the whole batch from being stored.
    if not all(map(math.isfinite, answer.scores.values())):
        return Result(row.id, error="not_finite")
    return Result(row.id, scores=answer.scores, spans=_rows_of(answer.spans), milliseconds=milliseconds)


def _rows_of(spans: Sequence[Span]) -> list[list[object]]:
    return [[span.start, span.end, span.label, span.rule, span.weight] for span in spans]
