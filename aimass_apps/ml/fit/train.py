"""From a recipe to an artefact folder: prepare, fit, compress, calibrate, choose thresholds, write it down."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from aimass_apps.inference.output_head import Array, read_head
from aimass_apps.ml.evaluate.card import write_card
from aimass_apps.ml.fit import processes
from aimass_apps.ml.fit.artefacts import Fitted, Fitter, head_shape
from aimass_apps.ml.fit.calibrate import calibrate, expected_calibration_error, threshold_for_precision
from aimass_apps.ml.fit.distil import fold_of
from aimass_apps.ml.fit.progress import Progress, Report, silent
from aimass_apps.ml.recipe.examples import Example, Split, as_arrays
from aimass_apps.ml.recipe.prepare import Prepared, prepare
from aimass_apps.ml.recipe.provenance import made_with, manifest_head, rows_sha256
from aimass_apps.ml.recipe.schema import EARLIER, BadRecipe, Recipe, read_recipe
from aimass_apps.registry.artefacts import MANIFEST, read_manifest, starters
from aimass_apps.registry.kinds import kind_of, load

ENOUGH_VALIDATION = 200  # rows; fewer can't calibrate seven labels
MOST_VALIDATION = 700  # rows of one source, so that the largest does not decide the calibration


def train_recipe(
    recipe: Path, data: Path, out: Path, progress: Report = silent, leave_out: Callable[[str], bool] | None = None
) -> Path:
    """Train what `recipe` describes on files below `data`; the artefact folder `out`, complete and hashed.

    An ensemble is fitted on what the shipped versions answer. Texts that `leave_out` accepts are not trained on.
    Checkpoints and curves stand beside it in `out.work`, from which the next call goes on. Raises
    `BadRecipe`, `leaks.Leak`, and `progress.Stopped` when `progress` asks for an end.
    """
    plan = with_trained_earlier(read_recipe(recipe), data, out, progress)
    prepared = prepare(plan, data, work_folder(out), progress)
    if leave_out is not None:
        prepared = prepared.without(leave_out)
    return train_rows(plan, prepared, starters(plan.desk), out, progress)


def train_rows(plan: Recipe, prepared: Prepared, members: Iterable[Path], out: Path, progress: Report = silent) -> Path:
    """Train on rows that are already read and checked; `members` are the versions that an ensemble may combine."""
    trainer = kind_of(plan.kind).trainer
    if trainer:
        made: Path = load(trainer)(plan, prepared, members, out, progress)
        return made
    return train_prepared(plan, prepared, out, progress)


def with_trained_earlier(plan: Recipe, data: Path, out: Path, progress: Report) -> Recipe:
    """The recipe with folders where it names other recipes, as base or as teachers: those are trained first, once."""
    work = work_folder(out)
    if plan.base.startswith(EARLIER):
        folder = _trained(plan, plan.base, data, work / "base", progress)
        plan = replace(plan, base=folder, base_name=plan.base)
    if "distil" in plan.settings:
        plan = replace(plan, settings={**plan.settings, "distil": _with_teachers(plan, data, work, progress)})
    return plan


def _with_teachers(plan: Recipe, data: Path, work: Path, progress: Report) -> dict[str, Any]:
    """`[settings.distil]` with a folder, or one for each fold, where a teacher is a recipe."""
    teaching = dict(plan.settings["distil"])
    named, folds = teaching["teacher"], teaching.get("folds", 1)
    teachers: list[str | list[str]] = []
    for number, name in enumerate([named] if isinstance(named, str) else named):
        folder = work / f"teacher-{number}"
        if folds == 1:
            teachers.append(_trained(plan, name, data, folder, progress) if name.startswith(EARLIER) else name)
        elif name.startswith(EARLIER):
            teachers.append([_trained(plan, name, data, folder, progress, each, folds) for each in range(folds)])
        else:
            raise BadRecipe(f"{plan.path}: distil: with folds a teacher must be a recipe, and {name} is none")
    return {**teaching, "teacher": teachers}


def _trained(
    plan: Recipe, named: str, data: Path, folder: Path, progress: Report, fold: int = 0, folds: int = 1
) -> str:
    """The folder of the recipe `named`, trained once; of several `folds`, without the texts of one."""
    if folds > 1:
        folder = folder.with_name(f"{folder.name}-{fold}")
    leave_out = (lambda text: fold_of(text, folds) == fold) if folds > 1 else None
    if not (folder / MANIFEST).is_file():
        train_recipe(plan.path.parent / named.removeprefix(EARLIER), data, folder, progress, leave_out)
    return str(folder)


def work_folder(out: Path) -> Path:
    """Where checkpoints and curves of a training towards `out` are kept."""
    return out.with_name(out.name + ".work")


def train_prepared(plan: Recipe, prepared: Prepared, out: Path, progress: Report = silent) -> Path:
    """Fit, compress and calibrate on rows that are already read and checked; the artefact folder `out`."""
    fit: Fitter = load(kind_of(plan.kind).fitter)
    store = fit(plan, prepared.splits, work_folder(out), progress)
    if processes.is_first():
        fresh = out.with_name(out.name + ".new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        fitted, files = store(fresh)
        finish(plan, prepared, fitted, fresh, files, progress)
        shutil.rmtree(out, ignore_errors=True)
        fresh.rename(out)
    processes.wait_for_all()
    return out


def finish(
    plan: Recipe, prepared: Prepared, fitted: Fitted, folder: Path, files: Sequence[str], progress: Report
) -> None:
    """Calibrate on the held-back rows, choose thresholds, and write head, manifest and card into `folder`."""
    progress(Progress("calibrate", 0, 1))
    rows = _validation(prepared.splits)
    logits = fitted.logits([row.text for row in rows])
    targets, weights = as_arrays(rows, plan)
    shape = head_shape(plan)
    kept = _kept_calibration(plan, rows)
    head = read_head(kept) if kept else calibrate(logits, targets, weights, plan.groups, **shape)
    head.write(folder)
    probabilities = head.probabilities(logits)
    manifest = {
        **manifest_head(plan),
        "thresholds": (
            dict(read_manifest(kept).thresholds) if kept else _thresholds(plan, probabilities, targets, weights)
        ),
        "metrics": {"validation": _validation_metrics(plan, probabilities, targets, weights)},
        "base": plan.base_name or plan.base,
        "data": _data(plan, prepared),
        "made_with": made_with(plan),
    }
    write_card(folder, manifest, files, plan.limits)
    progress(Progress("calibrate", 1, 1))


def _kept_calibration(plan: Recipe, rows: Sequence[Example]) -> Path | None:
    """The artefact whose calibration and thresholds stay, when too few rows are held back to choose better ones."""
    base = Path(plan.base)
    if len(rows) >= ENOUGH_VALIDATION or not plan.base or not (base / MANIFEST).is_file():
        return None
    return base if tuple(read_head(base).labels) == plan.labels else None


def _validation(splits: Sequence[Split]) -> list[Example]:
    return [row for split in splits for row in split.validation[:MOST_VALIDATION]]


def _thresholds(plan: Recipe, probabilities: Array, targets: Array, weights: Array) -> dict[str, float]:
    found = {}
    for column, label in enumerate(plan.labels):
        if label in plan.thresholds:
            known = weights[:, column] > 0
            chosen = threshold_for_precision(
                probabilities[known, column], targets[known, column], plan.thresholds[label]
            )
            found[label] = max(chosen, plan.least.get(label, 0.0))
    return found


def _validation_metrics(plan: Recipe, probabilities: Array, targets: Array, weights: Array) -> dict[str, Any]:
    from sklearn.metrics import roc_auc_score

    metrics: dict[str, Any] = {}
    start = 0
    for group in plan.groups:
        part = slice(start, start + len(group["labels"]))
        start = part.stop
        if group["activation"] == "softmax":
            known = weights[:, part].max(axis=1) > 0
            right = probabilities[known, part].argmax(axis=1) == targets[known, part].argmax(axis=1)
            metrics[f"top-1 of {len(group['labels'])}"] = round(float(right.mean()), 4)
            continue
        for column in range(part.start, part.stop):
            known = weights[:, column] > 0
            truth = targets[known, column] >= 0.5
            if 0 < truth.sum() < len(truth):
                mine = probabilities[known, column]
                metrics[plan.labels[column]] = {
                    "rows": int(known.sum()),
                    "auc": round(float(roc_auc_score(truth, mine)), 4),
                    "ece": round(expected_calibration_error(mine, truth.astype(np.float32)), 4),
                }
    return metrics


def _data(plan: Recipe, prepared: Prepared) -> list[dict[str, Any]]:
    return [
        {
            "name": split.source.name,
            "licence": split.source.licence,
            "credit": split.source.credit,
            "rows": len(split.training),
            "held_back": len(split.validation),
            "dropped_as_leaks": prepared.dropped.get(split.source.name, 0),
            "rows_sha256": rows_sha256([*split.training, *split.validation]),
        }
        for split in prepared.splits
    ]
