"""Rows of a recipe's sources as texts with targets and weights, one column for each output of the model."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from aimass_apps.draws import drawn
from aimass_apps.ml.recipe.named import named
from aimass_apps.ml.recipe.schema import BadRecipe, LabelRule, Recipe, Source

csv.field_size_limit(10_000_000)
_EVERY_SOURCE = 10**6  # an epoch so late that every source has joined


@dataclass(frozen=True, slots=True)
class Example:
    """A text with its labels' values (0 to 1) and weights in the loss; a label that is absent is not annotated.

    `facts` are what else the desk knew, for those who ask versions about the row.
    """

    text: str
    targets: Mapping[str, float]
    weights: Mapping[str, float]
    source: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Split:
    """One source's rows: what is trained on, and what calibration and thresholds are chosen on."""

    source: Source
    training: list[Example]
    validation: list[Example]


def read_splits(recipe: Recipe, data: Path) -> list[Split]:
    """Read every source of the recipe below `data`. Raises `BadRecipe` when one is missing or empty."""
    return [_split(each, list(read_source(each, recipe, data))) for each in recipe.sources]


def read_source(source: Source, recipe: Recipe, data: Path) -> Iterator[Example]:
    """All annotated rows of one source, each text once."""
    rows = _generated(source, recipe) if source.generator else _from_file(source, data)
    seen: set[str] = set()
    for text, targets, weights, facts in rows:
        if targets and text.strip() and text not in seen:
            seen.add(text)
            yield Example(text, targets, weights, source.name, facts)


def as_arrays(examples: Iterable[Example], recipe: Recipe) -> tuple[np.ndarray, np.ndarray]:
    """Targets and weights, float32, shape (rows, labels); weight 0 where a row is not annotated.

    In a softmax group a row that names one label says 0 to all others of that group.
    """
    rows = list(examples)
    column = {label: number for number, label in enumerate(recipe.labels)}
    targets = np.zeros((len(rows), len(column)), dtype=np.float32)
    weights = np.zeros_like(targets)
    for number, row in enumerate(rows):
        for label, value in row.targets.items():
            targets[number, column[label]] = value
            weights[number, column[label]] = row.weights.get(label, 1.0)
    start = 0
    for group in recipe.groups:
        part = slice(start, start + len(group["labels"]))
        start = part.stop
        if group["activation"] == "softmax":
            weights[:, part] = weights[:, part].max(axis=1, keepdims=True)
    return targets, weights


def epoch(splits: Iterable[Split], number: int, seed: int) -> list[Example]:
    """The rows of epoch `number` (from 1): each source's share drawn anew, the rare repeated, noise added."""
    drawn: list[Example] = []
    for split in splits:
        rng = random.Random(f"{seed}:{number}:{split.source.name}")  # noqa: S311 - sampling, not secrecy
        drawn.extend(_with_noise(row, split.source.noise, rng) for row in _draw(split, number, rng))
    random.Random(f"{seed}:{number}").shuffle(drawn)  # noqa: S311 - sampling, not secrecy
    return drawn


def epoch_sizes(splits: Iterable[Split], epochs: int, seed: int) -> list[int]:
    """How many rows each epoch will have."""
    rng = random.Random(seed)  # noqa: S311 - sampling, not secrecy
    whole = list(splits)
    return [sum(len(_draw(each, number, rng)) for each in whole) for number in range(1, epochs + 1)]


def subset(splits: Sequence[Split], rows: int, seed: int) -> list[Split]:
    """About `rows` training rows, each source with its share of a whole epoch, for searches and trials.

    What was drawn stays the same in every epoch; validation rows are left as they are.
    """
    sizes = [len(_draw(split, _EVERY_SOURCE, random.Random(seed))) for split in splits]  # noqa: S311 - sampling
    whole = max(1, sum(sizes))
    small = []
    for split, size in zip(splits, sizes, strict=True):
        share = max(1, round(rows * min(1.0, size / whole)))
        source = replace(split.source, rows=min(share, size), repeat={})
        drawn = _draw(replace(split, source=source), _EVERY_SOURCE, random.Random(seed))  # noqa: S311 - sampling
        small.append(Split(replace(source, rows=0, balance="", from_epoch=1), drawn, split.validation))
    return small


def _draw(split: Split, number: int, rng: random.Random) -> list[Example]:
    source, rows = split.source, split.training
    if source.from_epoch > number:
        return []
    wanted = min(source.rows or len(rows), len(rows))
    if source.balance:
        positive = [row for row in rows if row.targets.get(source.balance, 0.0) >= 0.5]
        negative = [row for row in rows if row.targets.get(source.balance, 0.0) < 0.5]
        few = min(len(positive), wanted // 2)
        drawn = rng.sample(positive, few) + rng.sample(negative, min(len(negative), wanted - few))
    else:
        drawn = rng.sample(rows, wanted)
    for label, times in source.repeat.items():
        rare = [row for row in rows if row.targets.get(label, 0.0) >= 0.5]
        drawn.extend(rare * max(0, times - 1))
    return drawn


def _with_noise(row: Example, share: float, rng: random.Random) -> Example:
    if rng.random() >= share:
        return row
    from aimass_apps.ml.recipe.augmentation import add_noise

    return replace(row, text=add_noise(row.text, rng))


def _split(source: Source, rows: list[Example]) -> Split:
    if not rows:
        raise BadRecipe(f"source {source.name} gave no annotated rows")
    training: list[Example] = []
    validation: list[Example] = []
    for row in rows:
        (validation if drawn(row.text) < source.validation else training).append(row)
    return Split(source, training, validation)


Annotated = tuple[str, dict[str, float], dict[str, float], dict[str, object]]


def _generated(source: Source, recipe: Recipe) -> Iterator[Annotated]:
    for text, found, *facts in named("generator", source.generator)(recipe.seed, source.pool or source.rows):
        targets = {label: value for label, value in found.items() if label in recipe.labels}
        yield text, targets, dict.fromkeys(targets, source.weight), facts[0] if facts else {}


def _from_file(source: Source, data: Path) -> Iterator[Annotated]:
    for row in read_table(data / source.file):
        targets: dict[str, float] = {}
        weights: dict[str, float] = {}
        for label, rule in source.labels.items():
            value = label_value(row, rule)
            side = rule.positive_weight if value is not None and value >= 0.5 else rule.negative_weight
            if value is not None and side > 0:
                targets[label], weights[label] = value, source.weight * side
        yield row["text"], targets, weights, {}


def read_table(path: Path) -> Iterator[dict[str, str]]:
    """Rows of a UTF-8 CSV or JSON-lines file with a `text` column. Raises `BadRecipe`."""
    if not path.is_file():
        raise BadRecipe(f"{path} is missing")
    with path.open(encoding="utf-8", newline="") as stream:
        if path.suffix == ".csv":
            yield from csv.DictReader(stream)
        else:
            yield from (json.loads(line) for line in stream if line.strip())


def label_value(row: Mapping[str, str], rule: LabelRule) -> float | None:
    """The label of one row: 0 to 1, or None where it is not annotated."""
    if rule.always is not None:
        return rule.always
    raw = row[rule.column]
    if rule.positive:
        return _by_name(raw, rule)
    number = float(raw)
    if rule.soft or number in (0.0, 1.0):
        return number
    if number >= rule.at_least:
        return 1.0
    return 0.0 if number <= rule.at_most else None


def _by_name(raw: str, rule: LabelRule) -> float | None:
    if raw in rule.positive:
        return 1.0
    return 0.0 if not rule.negative or raw in rule.negative else None
