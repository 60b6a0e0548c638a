"""A frozen dataset's rows as one more source of a training."""

from __future__ import annotations

from collections.abc import Iterable

from aimass_apps.training.examples import Example, Split
from aimass_apps.training.leaks import find_leaks
from aimass_apps.training.models import Dataset, DatasetExample
from aimass_apps.training.prepare import Prepared
from aimass_apps.training.recipe import Recipe, Source

NAME = "reviews"


class TooFewRows(ValueError):
    """The dataset has no training rows with labels that the recipe knows."""


def review_split(dataset: Dataset, recipe: Recipe) -> tuple[Split, int]:
    """The dataset as a split, and how many training rows were left out as near-duplicates of its test rows.

    Rows of another language than the recipe's are left out, and labels that the recipe does not know.
    Raises `TooFewRows`.
    """
    rows = dataset.examples.select_related("submission").order_by("id")
    if recipe.language != "any":
        rows = rows.filter(submission__language=recipe.language)
    by_split: dict[str, list[Example]] = {name: [] for name in DatasetExample.Split.values}
    for row in rows:
        example = _example(row, recipe)
        if example.targets:
            by_split[row.split].append(example)
    training, dropped = _without_leaks(by_split["train"], (row.text for row in by_split["test"]))
    if not training:
        raise TooFewRows(f"{dataset} has no training rows for {recipe.desk} {recipe.kind} {recipe.language}.")
    source = Source(name=NAME, licence="this site's own reviews")
    return Split(source, training, by_split["validation"] or training), dropped


def with_reviews(prepared: Prepared, dataset: Dataset, recipe: Recipe) -> Prepared:
    """What was prepared from files, and the dataset's rows beside it."""
    split, dropped = review_split(dataset, recipe)
    return Prepared([*prepared.splits, split], {**prepared.dropped, NAME: dropped})


def _example(row: DatasetExample, recipe: Recipe) -> Example:
    known = set(recipe.labels)
    targets = {label: float(value) for label, value in row.labels.items() if label in known}
    return Example(row.submission.content, targets, dict.fromkeys(targets, 1.0), NAME)


def _without_leaks(training: list[Example], test: Iterable[str]) -> tuple[list[Example], int]:
    leaked = {hit.training for hit in find_leaks([row.text for row in training], list(test))}
    return [row for place, row in enumerate(training) if place not in leaked], len(leaked)
