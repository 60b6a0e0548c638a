"""Metrics of scores: discrimination, calibration, decisions, groups, and whether two versions differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score, f1_score, precision_recall_fscore_support, roc_auc_score

from aimass_apps.ml.fit.calibrate import expected_calibration_error

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float32]


def decision_metrics(truth: Bools, flagged: Bools, score: Floats) -> dict[str, float | int]:
    """A yes-or-no task: `flagged` is the decision, `score` what ranked it; all of shape (rows,)."""
    found: dict[str, float | int] = {"rows": len(truth), "positive": int(truth.sum())}
    if truth.all() or not truth.any():
        found["flagged share"] = rounded(flagged.mean())
        return found
    precision, recall, f1, _ = precision_recall_fscore_support(truth, flagged, average="binary", zero_division=0)
    return found | {
        "AUC": rounded(roc_auc_score(truth, score)),
        "average precision": rounded(average_precision_score(truth, score)),
        "accuracy": rounded((truth == flagged).mean()),
        "macro-F1": rounded(f1_score(truth, flagged, average="macro", zero_division=0)),
        "precision": rounded(precision),
        "recall": rounded(recall),
        "F1": rounded(f1),
        "false-positive rate": rounded(flagged[~truth].mean()),
    }


def label_metrics(truth: Bools, score: Floats, threshold: float | None) -> dict[str, float | int]:
    """One label of a multi-label task."""
    found: dict[str, float | int] = {"rows": len(truth), "positive": int(truth.sum())}
    if truth.all() or not truth.any():
        return found
    found |= {
        "AUC": rounded(roc_auc_score(truth, score)),
        "average precision": rounded(average_precision_score(truth, score)),
        "calibration error": rounded(expected_calibration_error(score, truth.astype(np.float32))),
    }
    if threshold is not None:
        decided = score >= threshold
        precision, recall, f1, _ = precision_recall_fscore_support(truth, decided, average="binary", zero_division=0)
        found |= {"precision": rounded(precision), "recall": rounded(recall), "F1": rounded(f1)}
    return found


def by_group(groups: Sequence[str], right: Bools) -> dict[str, dict[str, float | int]]:
    """Share of `right` and rows for each group, in name order; rows of no group ('') are left out."""
    names = np.asarray(groups)
    return {
        str(name): {"rows": int((names == name).sum()), "share": rounded(right[names == name].mean())}
        for name in sorted(set(groups) - {""})
    }


def curves(truth: Bools, score: Floats, points: int = 60) -> dict[str, list[list[float]]]:
    """Points of the ROC curve (false-positive rate, recall) and of precision (recall, precision).

    About `points` of them, evenly along both axes, and only where a run of equal scores ends: inside one the order
    of the rows says nothing.
    """
    order = np.argsort(-score, kind="stable")
    hits = np.cumsum(truth[order])
    asked = np.arange(1, len(order) + 1)
    positive, negative = max(1, int(truth.sum())), max(1, int((~truth).sum()))
    along = np.linspace(0, 1, points // 2)
    wanted = np.concatenate(
        [np.searchsorted(hits, along * hits[-1]), np.searchsorted(asked - hits, along * (asked - hits)[-1])]
    )
    ends = np.append(np.flatnonzero(np.diff(score[order])), len(order) - 1)
    chosen = np.unique(ends[np.searchsorted(ends, wanted)])
    roc = [[0.0, 0.0]] + [[rounded((asked[i] - hits[i]) / negative), rounded(hits[i] / positive)] for i in chosen]
    recall = [[rounded(hits[i] / positive), rounded(hits[i] / asked[i])] for i in chosen]
    return {"roc": roc, "precision_recall": recall}


def reliability(truth: Bools, score: Floats, bins: int = 10) -> list[list[float]]:
    """For each filled bin of scores: mean score, observed rate, share of rows."""
    place = np.minimum((score * bins).astype(int), bins - 1)
    return [
        [rounded(score[place == each].mean()), rounded(truth[place == each].mean()), rounded((place == each).mean())]
        for each in range(bins)
        if (place == each).any()
    ]


def ranking_metrics(truth: Sequence[str], ranked: Sequence[Sequence[str]]) -> dict[str, float | int]:
    """A differential: the share of rows whose confirmed answer is among the first 1, 3, 5 and 10."""
    found: dict[str, float | int] = {"rows": len(truth)}
    for most in (1, 3, 5, 10):
        hits = [wanted in list(names[:most]) for wanted, names in zip(truth, ranked, strict=True)]
        found[f"top-{most}"] = rounded(float(np.mean(hits)))
    return found


def found_among(truth: Sequence[str], ranked: Sequence[Sequence[str]], most: int = 10) -> list[float]:
    """The share of rows whose confirmed answer is among the first 1, 2, …, `most`."""
    known = [(wanted, list(names)) for wanted, names in zip(truth, ranked, strict=True)]
    places = np.array([names.index(wanted) if wanted in names else most for wanted, names in known])
    return [rounded((places < count).mean()) for count in range(1, most + 1)]


def paired_bootstrap(
    first: npt.NDArray[Any],
    second: npt.NDArray[Any],
    metric: Callable[[npt.NDArray[Any]], float],
    *,
    seed: int,
    rounds: int = 1000,
) -> dict[str, float]:
    """The difference second - first of `metric` over the same rows, with its 95 % interval.

    `first` and `second` hold one entry a row; the same resampled rows are used for both.
    """
    rng = np.random.default_rng(seed)
    differences = []
    for _ in range(rounds):
        rows = rng.integers(0, len(first), len(first))
        differences.append(metric(second[rows]) - metric(first[rows]))
    low, high = np.percentile(differences, [2.5, 97.5])
    return {
        "difference": rounded(metric(second) - metric(first)),
        "low": rounded(low),
        "high": rounded(high),
    }


def worst_gap(rates: Mapping[str, Mapping[str, float | int]]) -> float:
    """How far the highest rate of a group lies above the mean of all rows of groups."""
    rows = sum(each["rows"] for each in rates.values())
    mean = sum(each["share"] * each["rows"] for each in rates.values()) / max(1, rows)
    return rounded(max((each["share"] for each in rates.values()), default=0.0) - mean)


def rounded(value: Any) -> float:
    """Four digits are more than any of these files can tell apart."""
    return round(float(value), 4)


def auc_of_pairs(pairs: npt.NDArray[Any]) -> float:
    """The AUC of rows of (truth, score); 0.5 where a resample holds one side only."""
    truth = pairs[:, 0] >= 0.5
    return 0.5 if truth.all() or not truth.any() else float(roc_auc_score(truth, pairs[:, 1]))
