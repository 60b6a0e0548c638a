"""A version measured on frozen reviews: the same metrics and pictures as on a test file.

Imports scikit-learn: workers and the command line load it, web processes never.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aimass_apps.learning.models import Dataset
from aimass_apps.ml.evaluate.evaluation import compare_answers, report_on
from aimass_apps.ml.evaluate.evaluation_tasks import Task
from aimass_apps.ml.recipe.schema import LabelRule
from aimass_apps.registry.artefacts import Manifest
from aimass_apps.registry.models import ModelVersion
from aimass_apps.submissions.desk import LabelShape, desk_of

FLAG = "any label"


@dataclass(frozen=True, slots=True)
class Answers:
    """What one version said about each row, and how long a text took it."""

    version: ModelVersion
    scores: Sequence[Mapping[str, float]]
    milliseconds: float


def frozen_report(
    dataset: Dataset, labels: Sequence[Mapping[str, Any]], mine: Answers, live: Answers | None
) -> dict[str, Any]:
    """The report of `mine` on the dataset's test rows; `compared` holds mine less the live version's.

    `labels` are the reviews, one for each row and in the order of the scores. Every row counts once, whatever the
    chance that it was reviewed.
    """
    name = f"reviews {dataset}"
    if desk_of(dataset.desk).label_shape == LabelShape.YES_OR_NO:
        task, rows = _yes_or_no(name, labels)
    elif all(":" in label for label in mine.version.labels or [""]):
        task, rows = _graded(name, labels)
    else:
        task, rows = _named(name, labels)
    kept = [number for number, row in enumerate(rows) if row]
    rows = [rows[number] for number in kept]
    sides = [
        ([each.scores[number] for number in kept], Manifest(**each.version.manifest)) for each in (mine, live) if each
    ]
    if not rows:
        return {"task": name, "version": str(mine.version), "figures": {"rows": 0}}
    scores, manifest = sides[0]
    report = report_on(rows, scores, task, manifest, milliseconds=mine.milliseconds)
    if live is not None:
        report["compared"] = compare_answers(rows, sides[1], sides[0], task)
    return report


def _yes_or_no(name: str, labels: Sequence[Mapping[str, Any]]) -> tuple[Task, list[dict[str, Any]]]:
    """Reviews that say yes or no to each label; a yes to any of them deserves a flag."""
    known = tuple(sorted({label for each in labels for label in each}))
    rows = [{label: float(bool(each.get(label))) for label in known} for each in labels]
    flagged = [{**row, FLAG: max(row.values())} for row in rows]
    return Task(name, truth=LabelRule(column=FLAG), labels=known), flagged


def _graded(name: str, labels: Sequence[Mapping[str, Any]]) -> tuple[Task, list[dict[str, Any]]]:
    """Reviews for a version that names nothing and only answers what has a prefix, such as levels."""
    known = tuple(sorted({label for each in labels for label in each if ":" in label}))
    rows = [{label: float(bool(each.get(label))) for label in known} for each in labels]
    return Task(name, labels=known), [row if any(row.values()) else {} for row in rows]


def _named(name: str, labels: Sequence[Mapping[str, Any]]) -> tuple[Task, list[dict[str, Any]]]:
    """Reviews that name what is true: of the names the one without a prefix is the condition, if there is one."""
    named = [[label for label in each if ":" not in label] for each in labels]
    return Task(name, condition="condition"), [{"condition": each[0]} if each else {} for each in named]
