"""Several versions on the same rows: each one's share of right answers with its interval, each pair with its test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from aimass_apps.ml.evaluate.evaluation import decisions
from aimass_apps.ml.evaluate.evaluation_tasks import Task
from aimass_apps.ml.evaluate.metrics import Bools, rounded
from aimass_apps.ml.evaluate.significance import holm, mcnemar, wilson
from aimass_apps.ml.recipe.examples import label_value
from aimass_apps.registry.artefacts import Manifest

TESTED = {"top-1", "top-3", "accuracy"}


def right_answers(
    rows: Sequence[dict[str, Any]], scores: Sequence[Mapping[str, float]], task: Task, manifest: Manifest
) -> dict[str, Bools]:
    """Which rows are answered rightly, by metric: top-1, top-3, top-5 of a differential, or accuracy of a decision.

    A row whose truth is not known is left out, for every version alike. Empty for a task that asks neither.
    """
    if task.condition:
        ranked = [_first_five(each) for each in scores]
        wanted = [str(row[task.condition]) for row in rows]
        return {
            f"top-{most}": np.array([name in names[:most] for name, names in zip(wanted, ranked, strict=True)])
            for most in (1, 3, 5)
        }
    if task.truth is None:
        return {}
    values = [label_value(row, task.truth) for row in rows]
    flagged, _ = decisions(scores, manifest.thresholds, task.answer)
    known = [(flag, value) for flag, value in zip(flagged, values, strict=True) if value is not None]
    return {"accuracy": np.array([flag == (value >= 0.5) for flag, value in known])}


def _first_five(scores: Mapping[str, float]) -> list[str]:
    return sorted((name for name in scores if ":" not in name), key=lambda name: -scores[name])[:5]


def side_by_side(right: Mapping[str, Mapping[str, Bools]]) -> dict[str, Any]:
    """From `right_answers` of each version, over the same rows, as plain data.

    `shares`: version -> metric -> [share, low, high] with Wilson's 95 % interval. `pairs`: McNemar's exact test of
    each pair on each tested metric; `holm` is its p, corrected for all tests of this table.
    """
    metrics = list(next(iter(right.values())))
    tests = [
        (metric, first, second, mcnemar(right[first][metric], right[second][metric]))
        for metric in metrics
        if metric in TESTED
        for first, second in combinations(right, 2)
    ]
    corrected = holm([test.p for *_, test in tests])
    return {
        "rows": len(right[next(iter(right))][metrics[0]]),
        "shares": {
            name: {metric: [rounded(each) for each in wilson(hits)] for metric, hits in own.items()}
            for name, own in right.items()
        },
        "pairs": [
            {"figure": metric, "first": first, "second": second, **test._asdict(), "holm": adjusted}
            for (metric, first, second, test), adjusted in zip(tests, corrected, strict=True)
        ],
    }
