"""Measure one model version on one test: metrics, curves, groups and functions, as plain data."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np
from sklearn.metrics import f1_score

from aimass_apps.inference.predictor import Item, NoAnswer, Predictor
from aimass_apps.ml.evaluate import metrics
from aimass_apps.ml.evaluate.evaluation_tasks import Classes, Task, groups_of
from aimass_apps.ml.recipe.examples import label_value
from aimass_apps.registry.artefacts import Manifest

CHUNK = 512
SEED = 1
UNKNOWN_THRESHOLD = 0.5  # for a label whose version has none: stated in the report, used for no automatic step


def ask(predictor: Predictor, items: Sequence[Item]) -> tuple[list[dict[str, float]], float]:
    """Scores of each item, and the milliseconds that one took: wall clock, or processor time where that is shorter,
    since the processor was then at other work too.
    """
    with suppress(NoAnswer):
        predictor.predict(items[:1])  # what only the first answer costs is not counted
    wall, processor = time.perf_counter(), time.process_time()
    scores = predict(predictor, items)
    spent = min(time.perf_counter() - wall, time.process_time() - processor)
    return scores, 1000 * spent / max(1, len(items))


def report_on(
    rows: Sequence[dict[str, Any]],
    scores: Sequence[Mapping[str, float]],
    task: Task,
    manifest: Manifest,
    *,
    milliseconds: float,
) -> dict[str, Any]:
    """Everything measured, JSON-ready: `figures`, and where the task has them `labels`, `functions`, `groups`.

    `scores` are the answers to `rows`, `milliseconds` what one took, in batches.
    """
    report: dict[str, Any] = {
        "task": task.name,
        "version": manifest.name,
        "figures": {},
        "milliseconds_per_text": round(milliseconds, 3),
    }
    if task.condition:
        _add_ranking(report, rows, scores, task)
    if task.labels:
        _add_labels(report, rows, scores, task, manifest)
    if task.truth is not None:
        _add_decision(report, rows, scores, task, manifest)
    if task.classes:
        report["figures"]["classes macro-F1"] = _classes(rows, scores, task, manifest)
    return report


def predict(predictor: Predictor, items: Sequence[Item]) -> list[dict[str, float]]:
    """Scores of each item, asked in chunks."""
    return [
        answer.scores
        for start in range(0, len(items), CHUNK)
        for answer in predictor.predict(items[start : start + CHUNK])
    ]


def decisions(
    scores: Sequence[Mapping[str, float]], thresholds: Mapping[str, float], answer: Sequence[str]
) -> tuple[metrics.Bools, metrics.Floats]:
    """Whether any asked label is over its threshold, and how far the nearest came (score over threshold, odds)."""
    labels = [label for label in (answer or thresholds) if label in scores[0]]
    raw = np.array([[row[label] for label in labels] for row in scores], np.float32)
    limits = np.array([thresholds.get(label, UNKNOWN_THRESHOLD) for label in labels], np.float32)
    margin = (_log_odds(raw) - _log_odds(limits)).max(axis=1)
    over: metrics.Bools = np.any(raw >= limits, axis=1)
    return over, (1 / (1 + np.exp(-margin))).astype(np.float32)


def _log_odds(share: Any) -> Any:
    kept = np.clip(share, 1e-6, 1 - 1e-6)
    return np.log(kept / (1 - kept))


def _add_ranking(
    report: dict[str, Any], rows: Sequence[dict[str, Any]], scores: Sequence[Mapping[str, float]], task: Task
) -> None:
    ranked = [
        sorted((name for name in row if ":" not in name), key=lambda name, row=row: -row[name])  # type: ignore[misc]
        for row in scores
    ]
    truth = [str(row[task.condition]) for row in rows]
    report["figures"] = metrics.ranking_metrics(truth, ranked)
    # A model may have no answer to a text: a miss that was not sure of itself.
    right = np.array([names[:1] == [wanted] for names, wanted in zip(ranked, truth, strict=True)])
    stated = np.array([row[names[0]] if names else 0.0 for row, names in zip(scores, ranked, strict=True)], np.float32)
    report["reliability"] = {"first answer": metrics.reliability(right, stated)}
    report["found among the first"] = metrics.found_among(truth, ranked)


def _add_labels(
    report: dict[str, Any],
    rows: Sequence[dict[str, Any]],
    scores: Sequence[Mapping[str, float]],
    task: Task,
    manifest: Manifest,
) -> None:
    report["labels"], report["curves"], report["reliability"] = {}, {}, {}
    for label in task.labels:
        if label not in scores[0]:
            continue
        truth = np.array([float(row[label]) >= 0.5 for row in rows])
        score = np.array([row[label] for row in scores], np.float32)
        report["labels"][label] = metrics.label_metrics(truth, score, manifest.thresholds.get(label))
        report["curves"][label] = metrics.curves(truth, score)
        report["reliability"][label] = metrics.reliability(truth, score)
    known = [each["AUC"] for each in report["labels"].values() if "AUC" in each]
    if known:
        report["figures"]["mean AUC"] = metrics.rounded(np.mean(known))


def _add_decision(
    report: dict[str, Any],
    rows: Sequence[dict[str, Any]],
    scores: Sequence[Mapping[str, float]],
    task: Task,
    manifest: Manifest,
) -> None:
    assert task.truth is not None  # noqa: S101 - the caller asked
    values = [label_value(row, task.truth) for row in rows]
    kept = [number for number, value in enumerate(values) if value is not None]
    truth = np.array([(values[number] or 0.0) >= 0.5 for number in kept])
    flagged, score = decisions([scores[number] for number in kept], manifest.thresholds, task.answer)
    report["figures"] |= metrics.decision_metrics(truth, flagged, score)
    if truth.any() and not truth.all():
        report.setdefault("curves", {})["decision"] = metrics.curves(truth, score)
        report["confusion"] = {
            "right flags": int((flagged & truth).sum()),
            "false flags": int((flagged & ~truth).sum()),
            "misses": int((~flagged & truth).sum()),
            "right clears": int((~flagged & ~truth).sum()),
        }
    mine = [rows[number] for number in kept]
    if task.function:
        _add_functions(report, mine, truth == flagged, task)
    groups = groups_of(task, mine)
    if any(groups):
        clear = np.flatnonzero(~truth)
        rates = metrics.by_group([groups[number] for number in clear], flagged[clear])
        report["false positives by group"] = rates
        report["figures"]["worst group over the mean"] = metrics.worst_gap(
            {name: each for name, each in rates.items() if each["rows"] >= 30}
        )


def _add_functions(report: dict[str, Any], rows: Sequence[dict[str, Any]], right: Any, task: Task) -> None:
    report["functions"] = metrics.by_group([str(row[task.function]) for row in rows], right)
    report["figures"]["worst function"] = min(each["share"] for each in report["functions"].values())
    held_out = np.array([row.get("held_out") == "1" for row in rows])
    if held_out.any():
        report["figures"]["accuracy on held-out templates"] = metrics.rounded(right[held_out].mean())


def _classes(
    rows: Sequence[dict[str, Any]], scores: Sequence[Mapping[str, float]], task: Task, manifest: Manifest
) -> float:
    assert task.classes is not None  # noqa: S101 - the caller asked
    truth = [str(row[task.classes.column]) for row in rows]
    guessed = [_class(row, task.classes, manifest.thresholds) for row in scores]
    return metrics.rounded(f1_score(truth, guessed, average="macro"))


def _class(row: Mapping[str, float], classes: Classes, thresholds: Mapping[str, float]) -> str:
    for name, label, *own in classes.order:
        if row.get(label, 0.0) >= (own[0] if own else thresholds.get(label, UNKNOWN_THRESHOLD)):
            return name
    return classes.otherwise


Side = tuple[Sequence[Mapping[str, float]], Manifest]  # the answers to all rows, and who gave them


def compare_answers(rows: Sequence[dict[str, Any]], first: Side, second: Side, task: Task) -> dict[str, Any]:
    """Second minus first on the same rows, with the 95 % interval of a paired bootstrap."""
    answers = [first[0], second[0]]
    if task.condition:
        truth = [str(row[task.condition]) for row in rows]
        right = [np.array([_best(row) == wanted for row, wanted in zip(each, truth, strict=True)]) for each in answers]
        return {"top-1": metrics.paired_bootstrap(right[0], right[1], _mean, seed=SEED)}
    found: dict[str, Any] = {}
    if task.truth is not None:
        values = [label_value(row, task.truth) for row in rows]
        sides = []
        for scores, manifest in (first, second):
            flagged, _ = decisions(scores, manifest.thresholds, task.answer)
            sides.append(
                np.array([value is None or flag == (value >= 0.5) for value, flag in zip(values, flagged, strict=True)])
            )
        found["accuracy"] = metrics.paired_bootstrap(sides[0], sides[1], _mean, seed=SEED)
    for label in task.labels:
        if all(label in scores[0] for scores in answers):
            pairs = [
                np.array([[float(row[label]), score[label]] for row, score in zip(rows, each, strict=True)])
                for each in answers
            ]
            found[f"AUC {label}"] = metrics.paired_bootstrap(
                pairs[0], pairs[1], metrics.auc_of_pairs, seed=SEED, rounds=200
            )
    return found


def _best(scores: Mapping[str, float]) -> str:
    return max((name for name in scores if ":" not in name), key=lambda name: scores[name])


def _mean(values: Any) -> float:
    return float(values.mean())
