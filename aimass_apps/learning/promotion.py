"""Moving versions towards live through the gates, and taking them back."""

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from aimass_apps.inference.kinds.ensemble.predictor import load_whole
from aimass_apps.inference.predictor import Item
from aimass_apps.learning.gates import ENOUGH_ROWS, Evidence, Gate, all_passed, judge
from aimass_apps.learning.models import Dataset, DatasetExample, Evaluation
from aimass_apps.people.models import User
from aimass_apps.queueing.doorbell import ring_after_commit
from aimass_apps.registry.kinds import keys_where, kind_of
from aimass_apps.registry.models import ModelVersion, Stage, StageChange
from aimass_apps.registry.stages import WrongStage, check_move, live_before, move_version
from aimass_apps.registry.store import unpack_version
from aimass_apps.submissions.desk import desk_of
from aimass_apps.submissions.ledger import SCORE_QUEUE

log = logging.getLogger(__name__)
JUDGE_TASK, JUDGE_QUEUE = "aimass_apps.learning.tasks.judge", "background"
JUDGE_LEASE = timedelta(minutes=10)
LOAD_TASK = "aimass_apps.inference.tasks.load_versions"


class HeldBack(RuntimeError):
    """A gate refused; the evaluation says which and why."""

    def __init__(self, evaluation: Evaluation) -> None:
        refused = [gate for gate in evaluation.gates if not gate["passed"]]
        super().__init__("; ".join(f"{gate['name']}: {gate['detail']}" for gate in refused))
        self.evaluation = evaluation


class BadShare(ValueError):
    """A canary's share is missing or not between 0 and 1."""


class NothingToRollBack(ValueError):
    """No earlier version was live in this place."""


class NothingFrozen(ValueError):
    """The desk has no frozen dataset."""


def live_version(desk: str, kind: str, language: str) -> ModelVersion | None:
    return ModelVersion.objects.filter(desk=desk, kind=kind, language=language, stage=Stage.LIVE).first()


def live_members(desk: str) -> Iterator[Path]:
    """The unpacked folders of the desk's live versions, which an ensemble combines; none is fetched before it is."""
    for version in (
        ModelVersion.objects.filter(desk=desk, stage=Stage.LIVE)
        .exclude(kind__in=keys_where(lambda kind: kind.combines))
        .order_by("pk")
    ):
        yield unpack_version(version)


@dataclass(frozen=True, slots=True)
class Scored:
    """What one version said of each example, in their order, and the milliseconds that a text took."""

    scores: list[dict[str, float]]
    milliseconds: float

    def rows(self, examples: Sequence[DatasetExample]) -> list[tuple[dict[str, Any], dict[str, float], float]]:
        """(labels, scores, weight) as a desk measures them."""
        return [(each.labels, scores, each.weight) for each, scores in zip(examples, self.scores, strict=True)]


def score_examples(version: ModelVersion, examples: Sequence[DatasetExample]) -> Scored:
    """Ask the version about each example. Loads the model: never call it from the web."""
    predictor = load_whole(unpack_version(version), live_members(version.desk), settings.AIMASS_DEVICE)
    items = [Item(each.submission.content, each.submission.sealed_facts or {}) for each in examples]
    started = time.perf_counter()
    answers = predictor.predict(items)
    spent = time.perf_counter() - started
    return Scored([answer.scores for answer in answers], 1000 * spent / max(1, len(items)))


def request_promotion(
    *, version: ModelVersion, to: str, by: User | None, reason: str, canary_share: float | None = None
) -> Evaluation:
    """Write the wish down and ring: a worker judges it, since the gates load models.

    Raises `stages.WrongStage` and `BadShare` at once when it could never be granted.
    """
    wish = _write_wish(version, to, by, reason, canary_share)
    ring_after_commit(JUDGE_TASK, JUDGE_QUEUE)
    return wish


def request_measurement(*, version: ModelVersion, by: User | None) -> Evaluation:
    """Ask for the version's figures beside the live one's on the newest frozen reviews; nothing is moved.

    Raises `NothingFrozen`.
    """
    dataset = Dataset.objects.filter(desk=version.desk).first()
    if dataset is None:
        raise NothingFrozen("No reviews of this desk are frozen yet: there is nothing to measure on.")
    live = live_version(version.desk, version.kind, version.language)
    wish = Evaluation.objects.create(version=version, against=live, dataset=dataset, asked_stage="", by=by)
    ring_after_commit(JUDGE_TASK, JUDGE_QUEUE)
    return wish


def _write_wish(
    version: ModelVersion, to: str, by: User | None, reason: str, canary_share: float | None, **lease: object
) -> Evaluation:
    check_move(version, to)
    if to == Stage.CANARY and not (canary_share and 0 < canary_share < 1):
        raise BadShare("A canary answers for a share of the posts between 0 and 1, such as 0.1.")
    return Evaluation.objects.create(
        version=version,
        against=live_version(version.desk, version.kind, version.language),
        dataset=Dataset.objects.filter(desk=version.desk).first(),
        asked_stage=to,
        canary_share=canary_share if to == Stage.CANARY else None,
        reason=reason,
        by=by,
        **lease,
    )


def judge_evaluation(wish: Evaluation) -> Evaluation:
    """Measure the version beside the live one on the frozen test rows, write the verdicts, and move it if all pass.

    A wish that asks for no stage is measured only.
    """
    evidence, metrics = _gather(wish, wish.against if wish.against_id != wish.version_id else None)
    gates = judge(evidence)
    with transaction.atomic():
        # The command line and a worker may judge one wish at once: the first verdict stands.
        if Evaluation.objects.select_for_update().get(pk=wish.pk).passed is not None:
            wish.refresh_from_db()
            return wish
        wish.metrics, wish.gates, wish.passed = metrics, [gate.as_dict() for gate in gates], all_passed(gates)
        wish.leased_until = None
        if wish.passed and wish.asked_stage:
            _grant(wish)
        wish.save(update_fields=["metrics", "gates", "passed", "leased_until"])
    return wish


def _grant(wish: Evaluation) -> None:
    try:
        move_version(
            version=wish.version,
            to=Stage(wish.asked_stage),
            by=wish.by,
            reason=wish.reason,
            canary_share=wish.canary_share,
            gates=wish.gates,
        )
    except WrongStage as error:
        # It was moved by someone else while the gates were judged.
        wish.passed = False
        wish.gates.append(Gate("stage", passed=False, detail=str(error)).as_dict())
        return
    # Workers load it now rather than under the first post; those already running take it without a restart.
    ring_after_commit(LOAD_TASK, SCORE_QUEUE)


def judge_waiting() -> int:
    """Judge what was asked for and is not judged yet, one after the other; returns how many."""
    count = 0
    while wish := _claim_wish():
        judge_evaluation(wish)
        count += 1
    return count


def _claim_wish() -> Evaluation | None:
    free = Q(leased_until=None) | Q(leased_until__lt=Now())
    with transaction.atomic():
        wish = (
            Evaluation.objects.select_for_update(of=("self",), skip_locked=True)
            .filter(free, passed=None)
            .order_by("at")
            .first()
        )
        if wish is not None:
            Evaluation.objects.filter(pk=wish.pk).update(leased_until=Now() + JUDGE_LEASE)
    return wish


def _test_examples(dataset: Dataset | None, language: str) -> list[DatasetExample]:
    if dataset is None:
        return []
    rows = dataset.examples.filter(split=DatasetExample.Split.TEST).select_related("submission").order_by("id")
    if language != "any":
        rows = rows.filter(submission__language=language)
    return list(rows)


def _gather(wish: Evaluation, live: ModelVersion | None) -> tuple[Evidence, dict[str, Any]]:
    version = wish.version
    examples = _test_examples(wish.dataset, version.language)
    if kind_of(version.kind).remote:
        # Asked one by one, of an endpoint that may be slow, and paid by the word.
        examples = examples[:ENOUGH_ROWS]
    measure = desk_of(version.desk).metrics
    mine, error = _try_scoring(version, examples)
    # A live version that broke must not keep its successor waiting.
    theirs, _ = _try_scoring(live, examples) if live else (None, "")
    ours = measure(mine.rows(examples)) if mine else {}
    live_figures = measure(theirs.rows(examples)) if theirs else None
    evidence = Evidence(
        loads=not error,
        labels=tuple(version.labels),
        live_labels=tuple(live.labels) if live else (),
        rows=len(examples),
        candidate=ours,
        live=live_figures,
        main=str(ours.get("main", "")),
        error=error,
    )
    metrics: dict[str, Any] = {"candidate": ours, "live": live_figures, "rows": len(examples)}
    if mine and wish.dataset and examples:
        metrics["reports"] = [_report(wish.dataset, examples, (version, mine), (live, theirs))]
    return evidence, metrics


def _try_scoring(version: ModelVersion, examples: Sequence[DatasetExample]) -> tuple[Scored | None, str]:
    """The version's answers, or the name of what it failed with."""
    try:
        return score_examples(version, examples), ""
    except Exception as failure:  # noqa: BLE001 - whatever a version raises is a verdict on the version
        log.warning("%s does not answer: %s", version, type(failure).__name__)
        return None, type(failure).__name__


def _report(
    dataset: Dataset,
    examples: Sequence[DatasetExample],
    mine: tuple[ModelVersion, Scored],
    live: tuple[ModelVersion | None, Scored | None],
) -> dict[str, Any]:
    # Imported here: it needs scikit-learn, which web processes, who only write wishes down, never load.
    from aimass_apps.learning.dataset_report import Answers, frozen_report

    version, scored = live
    beside = Answers(version, scored.scores, scored.milliseconds) if version and scored else None
    ours = Answers(mine[0], mine[1].scores, mine[1].milliseconds)
    return frozen_report(dataset, [each.labels for each in examples], ours, beside)


def promote(
    *, version: ModelVersion, to: Stage, by: User | None, reason: str, canary_share: float | None = None
) -> Evaluation:
    """Ask and judge in one go, for the command line. Raises `HeldBack` when a gate refuses."""
    # Leased from birth: a worker that looks for wishes must not judge it at the same time.
    wish = _write_wish(version, to, by, reason, canary_share, leased_until=Now() + JUDGE_LEASE)
    judge_evaluation(wish)
    if not wish.passed:
        raise HeldBack(wish)
    return wish


def roll_back(
    *, desk: str, kind: str, language: str, by: User | None, reason: str, live: ModelVersion | None = None
) -> StageChange:
    """Put the version that was live before back in its place, at once and without gates.

    `live` is the version that the caller saw live: of two people who take back the same one, the second changes
    nothing. Raises `NothingToRollBack`.
    """
    if live is not None and not ModelVersion.objects.filter(pk=live.pk, stage=Stage.LIVE).exists():
        raise NothingToRollBack(f"{live} is not live any more: somebody took it back already.")
    before = live_before(desk, kind, language)
    if before is None:
        raise NothingToRollBack("No version was live before this one: there is nothing to go back to.")
    change = move_version(version=before, to=Stage.LIVE, by=by, reason=reason, rolled_back=True)
    ring_after_commit(LOAD_TASK, SCORE_QUEUE)
    return change
