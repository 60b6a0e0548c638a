"""The work ledger: ask, claim, store. Rows carry the work, messages are doorbells, leases outlive crashes."""

import json
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now

from aimass_apps.people.sealing import keyed_hash
from aimass_apps.queueing.doorbell import ring_after_commit
from aimass_apps.queueing.leases import GIVE_UP_AFTER, HELD, claim_picked, free_expired
from aimass_apps.registry.routing import Route, asked_versions, choose_routes
from aimass_apps.submissions.desk import desk_of
from aimass_apps.submissions.models import Prediction, Submission
from aimass_apps.submissions.settling import settle_complete

SCORE_TASK, SCORE_QUEUE = "aimass_apps.inference.tasks.score_waiting", "inference"
CLAIM_ROWS, CLAIM_TOKENS = 256, 16_384
# Models elsewhere are asked by a worker of their own: however slow they are, nothing else waits for them.
REMOTE_TASK, REMOTE_QUEUE = "aimass_apps.inference.tasks.ask_remote", "remote"
ALONE_AFTER = 2  # attempts
REMOTE_PAUSE = 5  # seconds, times the square of the attempts: 5, 20, 45 s after the text came
REMOTE_FOR = 900  # seconds after which an answer is of no use any more
CHARACTERS_PER_TOKEN = {"zh": 1.0}
_SIGN = re.compile(r"[^\w\s]")  # punctuation, emoji: a token each, whatever the language


@dataclass(frozen=True)
class Question:
    """A text for the models. `languages` are those whose versions may apply; `language` is what was detected."""

    text: str
    language: str
    languages: tuple[str, ...]
    facts: dict[str, Any] | None = None


@dataclass(frozen=True)
class Claimed:
    """One leased row of work."""

    id: int
    submission_id: int
    version_id: int
    tokens: int
    attempts: int


@dataclass(frozen=True)
class Result:
    """What became of one leased row: scores and spans, or the error's code; a `final` error is not tried again."""

    id: int
    scores: dict[str, float] | None = None
    spans: list[list[Any]] = field(default_factory=list)
    milliseconds: float = 0.0
    error: str = ""
    final: bool = False


def estimate_tokens(text: str, language: str) -> int:
    """Roughly what a word-piece tokenizer makes of it, with its two end marks; no tokenizer in the web process."""
    signs = len(_SIGN.findall(text))
    return int((len(text) - signs) / CHARACTERS_PER_TOKEN.get(language, 4.0)) + signs + 2


def ask(*, desk: str, questions: Sequence[Question], lane: Prediction.Lane) -> list[Submission]:
    """Write submissions with one waiting prediction for each version that should answer, and ring after commit.

    Call it in the transaction that writes the desk's own rows.
    """
    sealed = desk_of(desk).seals_text
    # Part of the desk's transaction, so a savepoint would be two round trips for nothing.
    with transaction.atomic(savepoint=False):
        submissions = Submission.objects.bulk_create(
            Submission(
                desk=desk,
                language=question.language,
                text="" if sealed else question.text,
                sealed_text=question.text if sealed else None,
                sealed_facts=question.facts if sealed else None,
                content_hash=keyed_hash(question.text),
            )
            for question in questions
        )
        versions = asked_versions(desk)
        rows = [
            _slot(submission, route, question, lane)
            for submission, question in zip(submissions, questions, strict=True)
            for route in choose_routes(versions, question.languages, submission.content_hash)
            # A text leaves the installation only where an administrator named an endpoint.
            if settings.LLM_URL or not route.remote
        ]
        Prediction.objects.bulk_create(rows)
    ring_after_commit(SCORE_TASK, SCORE_QUEUE)
    if any(row.lane == Prediction.Lane.REMOTE for row in rows):
        ring_after_commit(REMOTE_TASK, REMOTE_QUEUE)
    return submissions


def _slot(submission: Submission, route: Route, question: Question, lane: Prediction.Lane) -> Prediction:
    aside = Prediction.Lane.REMOTE if route.remote else Prediction.Lane.SHADOW
    return Prediction(
        submission=submission,
        version=route.version,
        decisive=route.decisive,
        lane=lane if route.decisive else aside,
        tokens=estimate_tokens(question.text, question.language),
    )


# Taking a few rows too many and dropping those beyond the token budget costs nothing: their locks end with the
# statement's transaction. Only prediction rows are locked: a join would lock the shared version row, and a
# second worker would find nothing to do.
_CANDIDATES = """
WITH candidates AS MATERIALIZED (
    SELECT id, lane, tokens FROM submissions_prediction
    WHERE state = 'waiting' AND {which}
    ORDER BY lane, id LIMIT %s FOR UPDATE SKIP LOCKED
)
SELECT id FROM (
    SELECT id, sum(tokens) OVER (ORDER BY lane, id) - tokens AS tokens_before FROM candidates
) AS budgeted WHERE tokens_before < %s
"""


def claim(
    *, lease: uuid.UUID, alone: bool = False, rows: int = CLAIM_ROWS, tokens: int = CLAIM_TOKENS
) -> list[Claimed]:
    """Lease waiting rows up to the token budget; `alone` takes one of the rows that crashed workers before."""
    crashed = ">=" if alone else "<"
    candidates = _CANDIDATES.format(which=f"lane < %s AND attempts {crashed} %s")
    limits = [Prediction.Lane.REMOTE, ALONE_AFTER, 1 if alone else rows, tokens]
    return _lease(candidates, limits, lease, settings.LEASE_SECONDS)


def claim_remote(*, lease: uuid.UUID, seconds: float) -> list[Claimed]:
    """Lease for so many seconds the one row that a model elsewhere is asked next, if its pause is over."""
    age = "statement_timestamp() - created_at"
    pause, useful = "make_interval(secs => attempts * attempts * %s)", "make_interval(secs => %s)"
    candidates = _CANDIDATES.format(which=f"lane = %s AND {age} >= {pause} AND {age} < {useful}")
    return _lease(candidates, [Prediction.Lane.REMOTE, REMOTE_PAUSE, REMOTE_FOR, 1, CLAIM_TOKENS], lease, seconds)


def _lease(candidates: str, limits: Sequence[int], lease: uuid.UUID, seconds: float) -> list[Claimed]:
    columns = ("id", "submission_id", "version_id", "tokens", "attempts")
    rows = claim_picked(Prediction, candidates, limits, lease=lease, seconds=seconds, returning=columns)
    return [Claimed(*row) for row in rows]


_STORE = """
UPDATE submissions_prediction AS work
SET state = CASE WHEN result.scores IS NOT NULL THEN 'done'
                 WHEN work.attempts >= %(give_up)s OR result.final THEN 'failed' ELSE 'waiting' END,
    scores = result.scores::jsonb, spans = result.spans::jsonb, milliseconds = result.milliseconds,
    error = result.error, lease = NULL, leased_until = NULL,
    done_at = CASE WHEN result.scores IS NOT NULL THEN statement_timestamp() END
FROM unnest(%(ids)s::bigint[], %(scores)s::text[], %(spans)s::text[], %(milliseconds)s::float8[], %(errors)s::text[],
            %(finals)s::boolean[])
     AS result(id, scores, spans, milliseconds, error, final)
WHERE work.id = result.id AND {held}
RETURNING work.submission_id
"""


def store(*, lease: uuid.UUID, results: Sequence[Result]) -> int:
    """Write the results of rows still held under `lease`, and settle what is complete, in one transaction.

    Returns how many were stored. A worker that slept past its lease stores nothing: the row is someone else's now.
    """
    parameters: dict[str, Any] = {
        "give_up": GIVE_UP_AFTER,
        "lease": lease,
        "ids": [result.id for result in results],
        "scores": [None if result.scores is None else json.dumps(result.scores) for result in results],
        "spans": [json.dumps(result.spans) for result in results],
        "milliseconds": [result.milliseconds for result in results],
        "errors": [result.error[:200] for result in results],
        "finals": [result.final for result in results],
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_STORE.format(held=HELD), parameters)
        touched = [row[0] for row in cursor.fetchall()]
        settle_complete(touched)
    return len(touched)


def free_expired_leases() -> int:
    """Give rows of vanished workers back to the queue, or up after the last attempt; returns how many.

    What was given up is settled by `settling.settle_forgotten`, so that one bad submission can't keep leases from
    being freed.
    """
    why = {"error": "lease_expired"}
    return len(free_expired(Prediction, give_up_after=GIVE_UP_AFTER, back=why, up=why))


def work_waits() -> bool:
    return Prediction.objects.filter(state=Prediction.State.WAITING, lane__lt=Prediction.Lane.REMOTE).exists()


def remote_waits() -> bool:
    return Prediction.objects.filter(state=Prediction.State.WAITING, lane=Prediction.Lane.REMOTE).exists()


def give_up_remote() -> int:
    """Fail what no model elsewhere answered in time to be of use; returns how many."""
    waited_in_vain = Prediction.objects.filter(
        state=Prediction.State.WAITING,
        lane=Prediction.Lane.REMOTE,
        created_at__lt=Now() - timedelta(seconds=REMOTE_FOR),
    )
    return waited_in_vain.update(state=Prediction.State.FAILED, error="too_late")
