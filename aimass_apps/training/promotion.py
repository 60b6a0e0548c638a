"""Moving versions towards live through the gates, and taking them back."""

import logging
from typing import Any

from django.conf import settings

from aimass_apps.inference.predictor import Item, load_predictor
from aimass_apps.people.models import User
from aimass_apps.registry.models import ModelVersion, Stage, StageChange
from aimass_apps.registry.stages import live_before, move_version
from aimass_apps.registry.store import unpack_version
from aimass_apps.submissions.desks import room_of
from aimass_apps.submissions.doorbell import ring_after_commit
from aimass_apps.submissions.ledger import SCORE_QUEUE
from aimass_apps.training.gates import Evidence, all_passed, judge
from aimass_apps.training.models import Dataset, DatasetExample, Evaluation

log = logging.getLogger(__name__)
LOAD_TASK = "aimass_apps.inference.tasks.load_versions"
SCORED = tuple[dict[str, Any], dict[str, float], float]


class HeldBack(RuntimeError):
    """A gate refused; the evaluation says which and why."""

    def __init__(self, evaluation: Evaluation) -> None:
        refused = [gate for gate in evaluation.gates if not gate["passed"]]
        super().__init__("; ".join(f"{gate['name']}: {gate['detail']}" for gate in refused))
        self.evaluation = evaluation


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


def evaluate_for_stage(
    *, version: ModelVersion, to: str, by: User | None = None, dataset: Dataset | None = None
) -> Evaluation:
    """Measure `version` beside the live one on the dataset's frozen test rows and write down the gates' verdicts."""
    dataset = dataset or Dataset.objects.filter(desk=version.desk).first()
    examples = _test_examples(dataset, version.language)
    live = live_version(version.desk, version.kind, version.language)
    against = live if live and live.pk != version.pk else None
    evidence, metrics = _gather(version, against, examples)
    gates = judge(evidence)
    return Evaluation.objects.create(
        version=version,
        against=against,
        dataset=dataset,
        asked_stage=to,
        metrics=metrics,
        gates=[gate.as_dict() for gate in gates],
        passed=all_passed(gates),
        by=by,
    )


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
    theirs = measure(score_examples(live, examples)) if live else None
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
    *,
    version: ModelVersion,
    to: Stage,
    by: User | None,
    reason: str,
    canary_share: float | None = None,
    dataset: Dataset | None = None,
) -> StageChange:
    """Judge and move. Raises `HeldBack` when a gate refuses and `stages.WrongStage` when there is no such way."""
    evaluation = evaluate_for_stage(version=version, to=to, by=by, dataset=dataset)
    if not evaluation.passed:
        raise HeldBack(evaluation)
    change = move_version(
        version=version, to=to, by=by, reason=reason, canary_share=canary_share, gates=evaluation.gates
    )
    # Workers load it now rather than under the first post; those already running take it without a restart.
    ring_after_commit(LOAD_TASK, SCORE_QUEUE)
    return change


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
