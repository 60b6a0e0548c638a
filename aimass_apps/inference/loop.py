"""The scoring loop: claim, predict outside any transaction, store and settle in one."""

import logging
import math
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence

from aimass_apps.inference.loaded import LoadedPredictors
from aimass_apps.inference.predictor import Answer, Item
from aimass_apps.submissions.doorbell import ring
from aimass_apps.submissions.ledger import (
    SCORE_QUEUE,
    SCORE_TASK,
    Claimed,
    Result,
    claim,
    store,
    work_waits,
)
from aimass_apps.submissions.models import Submission
from aimass_apps.submissions.settling import settle_forgotten

log = logging.getLogger(__name__)
# Short, so that a warm shutdown never waits long; whoever stops with work left rings again.
DRAIN_SECONDS = 5.0


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
    store(lease=lease, results=results)
    return len(work)


def answer_rows(
    predictors: LoadedPredictors, version_id: int, rows: Sequence[Claimed], items: Sequence[Item]
) -> list[Result]:
    """One version's results for its rows. Whatever a model raises becomes the rows' error, never a score."""
    started = time.perf_counter()
    try:
        answers = predictors.get(version_id).predict(items)
        if len(answers) != len(items):
            raise ValueError("the model did not answer every item")
    except Exception as error:  # noqa: BLE001 - models are foreign code: any failure of theirs goes to a person
        # The class name alone: a message may quote the text.
        log.error("version %s failed on %s rows: %s", version_id, len(rows), type(error).__name__)
        return [Result(row.id, error=type(error).__name__) for row in rows]
    share = (time.perf_counter() - started) * 1000 / len(rows)
    return [_result(row, answer, share) for row, answer in zip(rows, answers, strict=True)]


def _result(row: Claimed, answer: Answer, milliseconds: float) -> Result:
    # PostgreSQL's JSON has no NaN: one such score would keep the whole batch from being stored.
    if not all(map(math.isfinite, answer.scores.values())):
        return Result(row.id, error="not_finite")
    spans = [[span.start, span.end, span.label, span.rule, span.weight] for span in answer.spans]
    return Result(row.id, scores=answer.scores, spans=spans, milliseconds=milliseconds)
