"""Moving versions towards live through the gates, and taking them back."""

import logging
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from aimass_apps.inference.predictor import Item, load_predictor
from aimass_apps.people.models import User
from aimass_apps.registry.models import ModelVersion, Stage, StageChange
from aimass_apps.registry.stages import WrongStage, check_move, live_before, move_version
from aimass_apps.registry.store import unpack_version
from aimass_apps.submissions.desks import room_of
from aimass_apps.submissions.doorbell import ring_after_commit
from aimass_apps.submissions.ledger import SCORE_QUEUE
from aimass_apps.training.gates import Evidence, Gate, all_passed, judge
from aimass_apps.training.models import Dataset, DatasetExample, Evaluation

log = logging.getLogger(__name__)
JUDGE_TASK, JUDGE_QUEUE = "aimass_apps.training.tasks.judge", "background"
JUDGE_LEASE = timedelta(minutes=10)
LOAD_TASK = "aimass_apps.inference.tasks.load_versions"
SCORED = tuple[dict[str, Any], dict[str, float], float]


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


def live_version(desk: str, kind: str, language: str) -> ModelVersion | None:
    return ModelVersion.objects.filter(desk=desk, kind=kind, language=language, stage=Stage.LIVE).first()


def score_examples(version: ModelVersion, examples: list[DatasetExample]) -> list[SCORED]:
    """(labels, scores, weight) of each example under the version. Loads the model: never call it from the web."""
    predictor = load_predictor(unpack_version(version), settings.AIMASS_DEVICE)
    items = [Item(each.submission.content, each.submission.sealed_facts or {}) for each in examples]
    answers = predictor.predict(items)
    return [(each.labels, answer.scores, each.weight) for each, answer in zip(examples, answers, strict=True)]


def request_promotion(
    *, version: ModelVersion, to: str, by: User | None, reason: str, canary_share: float | None = None
) -> Evaluation:
    """Write the wish down and ring: a worker judges it, since the gates load models.

    Raises `stages.WrongStage` and `BadShare` at once when it could never be granted.
    """
    wish = _write_wish(version, to, by, reason, canary_share)
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
    """Measure the version beside the live one on the frozen test rows, write the verdicts, and move it if all pass."""
    version = wish.version
    against = wish.against if wish.against_id != version.pk else None
    evidence, metrics = _gather(version, against, _test_examples(wish.dataset, version.language))
    gates = judge(evidence)
    with transaction.atomic():
        # The command line and a worker may judge one wish at once: the first verdict stands.
        if Evaluation.objects.select_for_update().get(pk=wish.pk).passed is not None:
            wish.refresh_from_db()
            return wish
        wish.metrics, wish.gates, wish.passed = metrics, [gate.as_dict() for gate in gates], all_passed(gates)
        wish.leased_until = None
        if wish.passed:
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


def _gather(
    version: ModelVersion, live: ModelVersion | None, examples: list[DatasetExample]
) -> tuple[Evidence, dict[str, Any]]:
    measure = room_of(version.desk).metrics
    error, ours = "", {}
    try:
        ours = measure(score_examples(version, examples))
    except Exception as failure:  # noqa: BLE001 - whatever a candidate raises is a verdict on the candidate
        log.warning("%s does not answer: %s", version, type(failure).__name__)
        error = type(failure).__name__
    theirs = None
    try:
        theirs = measure(score_examples(live, examples)) if live else None
    except Exception as failure:  # noqa: BLE001 - a live version that broke must not keep its successor waiting
        log.warning("%s is live and does not answer: %s", live, type(failure).__name__)
    evidence = Evidence(
        loads=not error,
        labels=tuple(version.labels),
        live_labels=tuple(live.labels) if live else (),
        rows=len(examples),
        candidate=ours,
        live=theirs,
        main=str(ours.get("main", "")),
        error=error,
    )
    return evidence, {"candidate": ours, "live": theirs, "rows": len(examples)}


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


def roll_back(*, desk: str, kind: str, language: str, by: User | None, reason: str) -> StageChange:
    """Put the version that was live before back in its place, at once and without gates.

    Raises `NothingToRollBack`.
    """
    before = live_before(desk, kind, language)
    if before is None:
        raise NothingToRollBack("No version was live before this one: there is nothing to go back to.")
    change = move_version(version=before, to=Stage.LIVE, by=by, reason=reason, rolled_back=True)
    ring_after_commit(LOAD_TASK, SCORE_QUEUE)
    return change
