"""Try variants of one BERT recipe on few of its rows, and say what each costs: megabytes, texts a second, quality.

A plan is a TOML file: `recipe`, `rows`, perhaps another `base` and `settings` for all, and `[[variant]]` tables with a
`name` and what they change: `settings`, `base`, or `artefact`, a version that is measured as it is. All variants see
the same rows, and are judged on the same held-back ones: per label the threshold is chosen on one half and the
macro-F1 measured on the other.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from annotated_types import MinLen
from sklearn.metrics import f1_score

from aimass_apps.inference.kinds.bert.onnx_backend import WEIGHTS
from aimass_apps.inference.kinds.bert.predictor import BertPredictor
from aimass_apps.inference.output_head import Array, read_head
from aimass_apps.ml.fit.progress import Report
from aimass_apps.ml.fit.train import train_prepared
from aimass_apps.ml.recipe.examples import Example, Split, as_arrays, subset
from aimass_apps.ml.recipe.prepare import Prepared
from aimass_apps.ml.recipe.schema import BadRecipe, Recipe, read_recipe
from aimass_apps.ml.recipe.settings import BertSettings
from aimass_apps.ml.search import score
from aimass_apps.registry.artefacts import STARTERS
from aimass_apps.strict_files import AtLeastOne, Text, checked, read_json, read_toml

RESULTS = "results.json"
JUDGES = 600  # held-back rows that judge a variant
TIMED = 96  # texts of one timing
ROUNDS = 3  # timings of each side, one after the other, so that other work on the machine meets both
THREADS = (1, 2)
CHECKPOINT_EVERY = 12  # steps: a trial has few


@dataclass(frozen=True, slots=True)
class Variant:
    """One row of the table."""

    name: Text
    settings: Mapping[str, Any] = field(default_factory=dict)
    base: str = ""
    artefact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    recipe: Text
    rows: AtLeastOne
    beside: Text
    base: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    variant: Annotated[tuple[Variant, ...], MinLen(1)]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is tried: `variants` of `recipe` on `rows` training rows, `beside` a version whose speed counts as 1."""

    recipe: Recipe
    rows: int
    beside: str
    variants: tuple[Variant, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What one variant costs: weights in MB, quality between 0 and 1, minutes of training, and speeds by threads.

    A speed is texts a second and its ratio to the version beside it, medians of alternating timings.
    """

    name: str
    megabytes: float
    auc: float
    macro_f1: float
    minutes: float
    speeds: dict[str, list[float]] = field(default_factory=dict)


# Settings that a plan does not take over from its recipe: variants may differ in who teaches them.
OWN_MATTER = frozenset({"distil", "steps"})


def read_plan(path: Path) -> Plan:
    """Read a plan; its recipe stands beside it. Raises `BadRecipe`."""
    file = read_toml(path, _File, BadRecipe)
    recipe = read_recipe(path.parent / file.recipe)
    # Trials are judged by held-back rows of the same sources and never shipped: no test file is asked for leaks.
    own = {name: value for name, value in recipe.settings.items() if name not in OWN_MATTER}
    settings = {**own, "checkpoint_every": CHECKPOINT_EVERY, **file.settings}
    for number, variant in enumerate(file.variant):
        checked({**settings, **variant.settings}, BertSettings, BadRecipe, path, f"variant[{number}].settings")
    recipe = replace(recipe, base=file.base or recipe.base, settings=settings, never=())
    return Plan(recipe, file.rows, file.beside, file.variant)


def run_trials(plan: Plan, prepared: Prepared, out: Path, report: Report, only: Sequence[str] = ()) -> list[Result]:
    """Train and judge the variants (or those named in `only`) that have no result under `out` yet; all results.

    A variant that was stopped goes on from its checkpoint with the next call.
    """
    judges = judging_rows(prepared)
    small = replace(prepared, splits=_small(prepared, plan, judges))
    results = read_results(out)
    for number, variant in enumerate(plan.variants):
        if variant.name in results or (only and variant.name not in only):
            continue
        started = time.monotonic()
        folder = train_variant(plan, variant, small, out / f"{number}", report)
        minutes = (time.monotonic() - started) / 60 if not variant.artefact else 0.0
        result = judge(variant.name, folder, plan.recipe, judges, minutes)
        # Read anew: another call may have tried other variants meanwhile.
        results = {**read_results(out), variant.name: result}
        _write(out, results)
    return [results[each.name] for each in plan.variants if each.name in results]


def _small(prepared: Prepared, plan: Plan, judges: Sequence[Example]) -> list[Split]:
    """Few rows to train on. They are calibrated on the judging rows alone, which moves no rank and no macro-F1."""
    known = {row.text for row in judges}
    return [
        replace(split, validation=[row for row in split.validation if row.text in known])
        for split in subset(prepared.splits, plan.rows, plan.recipe.seed)
    ]


def judging_rows(prepared: Prepared) -> list[Example]:
    """The held-back rows that judge every variant, as many of each source."""
    sources = [split.validation for split in prepared.splits if split.validation]
    each = max(1, JUDGES // max(1, len(sources)))
    return [row for rows in sources for row in rows[:each]]


def train_variant(plan: Plan, variant: Variant, prepared: Prepared, out: Path, report: Report) -> Path:
    """The variant's artefact folder: trained into `out`, or the version it names. Raises `BadRecipe`."""
    if variant.artefact:
        return _version(variant.artefact)
    settings = {**plan.recipe.settings, **variant.settings}
    base = str(_version(variant.base)) if (STARTERS / variant.base).is_dir() and variant.base else variant.base
    return train_prepared(replace(plan.recipe, settings=settings, base=base or plan.recipe.base), prepared, out, report)


def judge(name: str, folder: Path, recipe: Recipe, rows: Sequence[Example], minutes: float) -> Result:
    """Size and quality of the artefact in `folder`, over the labels that it knows."""
    predictor = BertPredictor.load(folder, "cpu")
    known = read_head(folder).labels
    outputs = predictor.probabilities([row.text for row in rows])
    scores: Array = np.zeros((len(rows), len(recipe.labels)), np.float32)
    for column, label in enumerate(recipe.labels):
        if label in known:
            scores[:, column] = outputs[:, known.index(label)]
    # A label that the version does not know is not held against it.
    asked = [replace(row, targets={name: each for name, each in row.targets.items() if name in known}) for row in rows]
    auc, macro_f1 = quality(recipe, scores, asked)
    megabytes = round((folder / WEIGHTS).stat().st_size / 1e6, 1)
    return Result(name, megabytes, auc, macro_f1, round(minutes, 1))


def quality(recipe: Recipe, scores: Array, rows: Sequence[Example]) -> tuple[float, float]:
    """Mean AUC over the labels, and mean macro-F1, from scores of shape (rows, labels)."""
    targets, weights = as_arrays(rows, recipe)
    found = []
    for column in range(len(recipe.labels)):
        known = np.flatnonzero(weights[:, column] > 0)
        chosen, measured = known[::2], known[1::2]
        sides = [targets[half, column] >= 0.5 for half in (chosen, measured)]
        if all(0 < side.sum() < len(side) for side in sides):
            limit = best_threshold(scores[chosen, column], sides[0])
            found.append(f1_score(sides[1], scores[measured, column] >= limit, average="macro"))
    return round(score(recipe, scores, targets, weights), 4), round(float(np.mean(found)) if found else 0.0, 4)


def best_threshold(scores: Array, truth: Any) -> float:
    """The score from which to flag so that the macro-F1 is highest; at most 60 places are tried."""
    places = np.unique(np.quantile(scores, np.linspace(0.02, 0.98, 60)))
    return float(max(places, key=lambda each: f1_score(truth, scores >= each, average="macro")))


def time_variants(plan: Plan, out: Path, texts: Sequence[str]) -> list[Result]:
    """Measure texts a second of every variant that has a result, each in turn with the version beside it."""
    results = read_results(out)
    for number, variant in enumerate(plan.variants):
        if variant.name in results:
            folder = _version(variant.artefact) if variant.artefact else out / f"{number}"
            speeds = {str(each): compared_speed(folder, _version(plan.beside), texts, each) for each in THREADS}
            results[variant.name] = replace(results[variant.name], speeds=speeds)
            _write(out, results)
    return list(results.values())


def compared_speed(folder: Path, beside: Path, texts: Sequence[str], threads: int) -> list[float]:
    """Texts a second of `folder` with so many threads, and the ratio to those of `beside`."""
    with _threads(threads):
        sides = [BertPredictor.load(each, "cpu") for each in (folder, beside)]
    timings: list[list[float]] = [[], []]
    for _ in range(ROUNDS):
        for predictor, spent in zip(sides, timings, strict=True):
            started = time.perf_counter()
            predictor.probabilities(texts[:TIMED])
            spent.append(time.perf_counter() - started)
    mine, theirs = (float(np.median(spent)) for spent in timings)
    return [round(min(TIMED, len(texts)) / mine, 1), round(theirs / mine, 2)]


def read_results(out: Path) -> dict[str, Result]:
    """Results under `out` by the name of their variant."""
    path = out / RESULTS
    if not path.is_file():
        return {}
    return {each.name: each for each in read_json(path, list[Result], BadRecipe)}


def as_rows(results: Sequence[Result]) -> Iterator[tuple[str, ...]]:
    """The table's cells, as text."""
    for each in results:
        speeds = [each.speeds.get(str(threads)) for threads in THREADS]
        yield (
            each.name,
            f"{each.megabytes:.1f}",
            f"{each.auc:.3f}",
            f"{each.macro_f1:.3f}",
            *(f"{speed[0]:.0f} ({speed[1]:.2f})" if speed else "" for speed in speeds),
        )


def _version(name: str) -> Path:
    for folder in (Path(name), STARTERS / name):
        if folder.is_dir():
            return folder
    raise BadRecipe(f"{name} is no artefact folder and no starter")


def _write(out: Path, results: Mapping[str, Result]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    text = json.dumps([asdict(each) for each in results.values()], indent=1)
    (out / RESULTS).write_text(text, encoding="utf-8")


@contextmanager
def _threads(count: int) -> Iterator[None]:
    before = os.environ.get("AIMASS_THREADS")
    os.environ["AIMASS_THREADS"] = str(count)
    try:
        yield
    finally:
        os.environ.pop("AIMASS_THREADS")
        if before is not None:
            os.environ["AIMASS_THREADS"] = before
