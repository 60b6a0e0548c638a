"""What a version answers on frozen test rows, beside the live one: metrics for a measurement, evidence for the gates.

Loads models: never call it from the web.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Event
from typing import Any

from django.conf import settings

from aimass_apps.inference.combining import load_whole
from aimass_apps.inference.predictor import Item
from aimass_apps.learning.gates import ENOUGH_ROWS
from aimass_apps.learning.learned import learned_of, without_learned
from aimass_apps.learning.live import live_members, live_version
from aimass_apps.learning.models import Dataset, DatasetExample
from aimass_apps.registry.kinds import kind_of
from aimass_apps.registry.models import ModelVersion
from aimass_apps.registry.store import unpack_version
from aimass_apps.submissions.desk import desk_of

log = logging.getLogger(__name__)
JUDGE_TASK, JUDGE_QUEUE = "aimass_apps.learning.tasks.judge", "background"
JUDGE_LEASE = 120.0  # seconds; renewed while the models answer
LONGEST = 7200.0  # seconds, after which what still answers counts as hanging
SLICE = 64  # texts asked at once


class LeaseLost(RuntimeError):
    """The lease was lost: another worker has the work, or it ended, so the result would not be stored."""


@dataclass(frozen=True, slots=True)
class Scored:
    """What one version said of each example, in their order, and the milliseconds that a text took."""

    scores: list[dict[str, float]]
    milliseconds: float

    def rows(self, examples: Sequence[DatasetExample]) -> list[tuple[dict[str, Any], dict[str, float], float]]:
        """(labels, scores, weight) as a desk measures them."""
        return [(each.labels, scores, each.weight) for each, scores in zip(examples, self.scores, strict=True)]


@dataclass(frozen=True, slots=True)
class Found:
    """One version beside the live one. `learned` as `gates.Evidence` has it; `error` names why it doesn't answer."""

    live: ModelVersion | None
    dataset: Dataset | None
    rows: int
    candidate: dict[str, Any]
    beside: dict[str, Any] | None
    error: str
    learned: int | None
    report: dict[str, Any] | None

    def metrics(self) -> dict[str, Any]:
        """As a `Measurement` keeps them."""
        kept: dict[str, Any] = {"candidate": self.candidate, "live": self.beside, "rows": self.rows}
        return kept | ({"reports": [self.report]} if self.report else {})


def compare(version: ModelVersion, dataset: Dataset | None, lost: Event) -> Found:
    """Ask the version, and what is live in its place, for every test row that neither learned from.

    Raises `LeaseLost` soon after `lost` is set.
    """
    live = live_version(version.desk, version.kind, version.language)
    if live == version:
        live = None
    examples, learned = _unseen_rows(version, live, dataset)
    measure = desk_of(version.desk).metrics
    mine, error = _try_scoring(version, examples, lost)
    # A broken live version must not block its successor.
    theirs, _ = _try_scoring(live, examples, lost) if live else (None, "")
    return Found(
        live=live,
        dataset=dataset,
        rows=len(examples),
        candidate=measure(mine.rows(examples)) if mine else {},
        beside=measure(theirs.rows(examples)) if theirs else None,
        error=error,
        learned=learned,
        report=_report(dataset, examples, (version, mine), (live, theirs)),
    )


def score_examples(version: ModelVersion, examples: Sequence[DatasetExample], lost: Event | None = None) -> Scored:
    """Ask the version about each example. Raises `LeaseLost` before the next slice once `lost` is set."""
    predictor = load_whole(unpack_version(version), live_members(version.desk), settings.AIMASS_DEVICE)
    items = [Item(each.submission.content, each.submission.sealed_facts or {}) for each in examples]
    started, answers = time.perf_counter(), []
    for start in range(0, max(1, len(items)), SLICE):
        if lost is not None and lost.is_set():
            raise LeaseLost(str(version))
        answers += predictor.predict(items[start : start + SLICE])
    spent = time.perf_counter() - started
    return Scored([answer.scores for answer in answers], 1000 * spent / max(1, len(items)))


def _unseen_rows(
    version: ModelVersion, live: ModelVersion | None, dataset: Dataset | None
) -> tuple[list[DatasetExample], int | None]:
    """The test rows to ask about, and how many were left out as learned from (None: nobody knows)."""
    rows = _test_rows(dataset, version.language)
    learned = learned_of(version)
    theirs = learned_of(live) if live else None
    unseen = without_learned(rows, (learned or frozenset()) | (theirs or frozenset()))
    left_out = None if learned is None else len(rows) - len(unseen)
    if kind_of(version.kind).remote:
        # A language model is asked one row at a time, at an endpoint that may be slow and is paid by the token.
        unseen = unseen[:ENOUGH_ROWS]
    return unseen, left_out


def _test_rows(dataset: Dataset | None, language: str) -> list[DatasetExample]:
    if dataset is None:
        return []
    rows = dataset.examples.filter(split=DatasetExample.Split.TEST).select_related("submission").order_by("id")
    if language != "any":
        rows = rows.filter(submission__language=language)
    return list(rows)


def _try_scoring(version: ModelVersion, examples: Sequence[DatasetExample], lost: Event) -> tuple[Scored | None, str]:
    """The version's answers, or the name of what it failed with."""
    try:
        return score_examples(version, examples, lost), ""
    except LeaseLost:
        raise
    except Exception as failure:  # noqa: BLE001 - whatever a version raises is a verdict on the version
        log.warning("%s does not answer: %s", version, type(failure).__name__)
        return None, type(failure).__name__


def _report(
    dataset: Dataset | None,
    examples: Sequence[DatasetExample],
    mine: tuple[ModelVersion, Scored | None],
    live: tuple[ModelVersion | None, Scored | None],
) -> dict[str, Any] | None:
    version, scored = mine
    if dataset is None or scored is None or not examples:
        return None
    # Imported here: it needs scikit-learn, which web processes, who only write requests down, never load.
    from aimass_apps.learning.dataset_report import Answers, frozen_report

    other, theirs = live
    beside = Answers(other, theirs.scores, theirs.milliseconds) if other and theirs else None
    ours = Answers(version, scored.scores, scored.milliseconds)
    return frozen_report(dataset, [each.labels for each in examples], ours, beside)
