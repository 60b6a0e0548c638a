"""From a recipe to the learned urgency's artefact: ask the members about short presentations, fit, measure, store."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from aimass_apps.inference.predictor import Item, load_predictor
from aimass_apps.ml.evaluate.run_log import artefact_hash
from aimass_apps.ml.fit.combined import members_among, seal
from aimass_apps.ml.fit.progress import Progress, Report
from aimass_apps.ml.recipe.examples import Example
from aimass_apps.ml.recipe.prepare import Prepared
from aimass_apps.ml.recipe.schema import BadRecipe, Recipe, settings_as
from triage.knowledge.load import usual_urgencies
from triage.levels import LEVELS
from triage.metrics import URGENCY, metrics
from triage.urgency.predictor import LAYER, features
from triage.urgency.settings import UrgencySettings
from triage.urgency.shares import level_parts

FOLDS = 5  # of the cross-validation that the card tells

Said = dict[str, list[Mapping[str, float]]]


def fit_urgency(plan: Recipe, prepared: Prepared, folders: Iterable[Path], out: Path, progress: Report) -> Path:
    """Fit the layer over the members found among `folders`; the artefact folder `out`.

    Rows without a level are left out. Raises `BadRecipe` where a member is missing, or a level has none.
    """
    members = members_among(plan, folders)
    rows = [row for split in prepared.splits for row in split.training if _level(row) is not None]
    said = _ask(members, rows, progress)
    read = tuple(sorted(said[_settings(plan).encoder][0]))
    told, levels = _features(plan, said, read), np.array([_level(row) for row in rows])
    progress(Progress("fit", 0, 1, f"{len(rows)} presentations, {told.shape[1]} features"))
    if set(levels) != set(range(len(LEVELS))):
        raise BadRecipe(f"{plan.path}: every level needs presentations")
    measured = {"cross-validation": _cross_validated(plan, told, levels)}
    content = {
        "voices": _settings(plan).members,
        "encoder": _settings(plan).encoder,
        "labels": read,
        **_plain(_fitted(plan, told, levels), _settings(plan).digits),
        "fitted_with": {kind: artefact_hash(folder) for kind, folder in sorted(members.items())},
    }
    progress(Progress("fit", 1, 1))
    return seal(plan, out, {LAYER: json.dumps(content)}, measured, _data(prepared))


def _settings(plan: Recipe) -> UrgencySettings:
    return settings_as(plan, UrgencySettings)


def _level(row: Example) -> int | None:
    """The place of the row's level on the scale, most urgent 0."""
    return next((place for place, level in enumerate(LEVELS) if row.targets.get(URGENCY + level)), None)


def _ask(members: Mapping[str, Path], rows: Sequence[Example], progress: Report) -> Said:
    items = [Item(row.text, row.facts) for row in rows]
    said: Said = {}
    for place, (kind, folder) in enumerate(sorted(members.items())):
        progress(Progress(f"ask {kind}", place, len(members)))
        said[kind] = [answer.scores for answer in load_predictor(folder).predict(items)]
    return said


def _features(plan: Recipe, said: Said, read: tuple[str, ...]) -> Any:
    kinds, encoder = _settings(plan).members, said[_settings(plan).encoder]
    rows = []
    for place, scores in enumerate(encoder):
        parts = level_parts({kind: said[kind][place] for kind in kinds}, usual_urgencies())
        rows.append(features(scores, [parts[kind] for kind in kinds], read))
    return np.array(rows)


def _fitted(plan: Recipe, told: Any, levels: Any) -> LogisticRegression:
    wanted = _settings(plan).fit
    model = LogisticRegression(C=wanted.c, max_iter=wanted.rounds, tol=wanted.tolerance)
    return model.fit(told, levels)


def _cross_validated(plan: Recipe, told: Any, levels: Any) -> dict[str, float]:
    """The desk's metrics for each row by a layer that was fitted without its fold."""
    found = []
    folds = np.arange(len(levels)) % FOLDS
    for fold in range(FOLDS):
        model = _fitted(plan, told[folds != fold], levels[folds != fold])
        for level, shares in zip(levels[folds == fold], model.predict_proba(told[folds == fold]), strict=True):
            scores = {URGENCY + LEVELS[each]: float(share) for each, share in zip(model.classes_, shares, strict=True)}
            found.append(({URGENCY + LEVELS[level]: True}, scores, 1.0))
    return {name: round(value, 4) for name, value in metrics(found).items() if not isinstance(value, str)}


def _plain(model: LogisticRegression, digits: int) -> dict[str, Any]:
    return {
        "bias": [round(float(each), digits) for each in model.intercept_],
        "weights": [[round(float(each), digits) for each in row] for row in model.coef_],
    }


def _data(prepared: Prepared) -> list[dict[str, Any]]:
    return [
        {
            "name": split.source.name,
            "licence": split.source.licence,
            "credit": split.source.credit,
            "rows": len(split.training),
            "held_back": 0,
            "dropped_as_leaks": prepared.dropped.get(split.source.name, 0),
        }
        for split in prepared.splits
    ]
