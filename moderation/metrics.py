"""How well scores separate what reviewers labelled, by the sampling weights. Plain Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from statistics import fmean
from typing import Any

Row = tuple[Mapping[str, Any], Mapping[str, float], float]  # labels, scores, weight


def metrics(rows: Sequence[Row]) -> dict[str, float]:
    """For each label with both answers among the rows: `auc:<label>`; over all of them `mean_auc`; and `brier`.

    A row counts by its weight, 1 / the chance that it was reviewed; labels that a version does not score, or that a
    review does not state, are left out.
    """
    names = sorted({name for labels, scores, _ in rows for name in scores if name in labels})
    found: dict[str, float] = {}
    for name in names:
        cases = [
            (scores[name], bool(labels[name]), weight)
            for labels, scores, weight in rows
            if name in scores and name in labels
        ]
        area = weighted_auc(cases)
        if area is not None:
            found[f"auc:{name}"] = area
    if found:
        found["mean_auc"] = fmean(found.values())
    errors = [
        (weight * (scores[name] - bool(labels[name])) ** 2, weight)
        for labels, scores, weight in rows
        for name in names
        if name in scores and name in labels
    ]
    if errors:
        found["brier"] = sum(error for error, _ in errors) / sum(weight for _, weight in errors)
    return found


def weighted_auc(cases: Sequence[tuple[float, bool, float]]) -> float | None:
    """The chance that a positive scores above a negative (ties half), by weight; None without both kinds."""
    below = wins = positives = 0.0
    for _, group in groupby(sorted(cases), key=lambda case: case[0]):
        tied = list(group)
        yes = sum(weight for _, positive, weight in tied if positive)
        no = sum(weight for _, positive, weight in tied if not positive)
        wins += yes * (below + no / 2)
        positives += yes
        below += no
    return wins / (positives * below) if positives and below else None
