"""A frozen dataset's rows as one more source of a training."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from aimass_apps.learning.learned import NAME
from aimass_apps.learning.models import Dataset, DatasetExample
from aimass_apps.ml.recipe.examples import Example, Split
from aimass_apps.ml.recipe.leaks import find_leaks
from aimass_apps.ml.recipe.prepare import Prepared
from aimass_apps.ml.recipe.schema import Recipe, Source


class TooFewRows(ValueError):
    """The dataset has no training rows with labels that the recipe knows."""


def with_reviews(prepared: Prepared, dataset: Dataset, recipe: Recipe) -> Prepared:
    """What was prepared from files, and the dataset's rows beside it.

    Rows of either that stand in the dataset's test rows, exactly or nearly, are left out and counted: the gates judge
    the version on these, and a site can edit neither. Rows of another language than the recipe's are left out, and
    labels that the recipe does not know. Raises `TooFewRows`.
    """
    by_split = _by_split(dataset, recipe)
    if not by_split["train"]:
        raise TooFewRows(f"{dataset} has no training rows for {recipe.desk} {recipe.kind} {recipe.language}.")
    own = Split(Source(name=NAME, licence="this site's own reviews"), by_split["train"], by_split["validation"])
    test = [row.text for row in by_split["test"]]
    splits, dropped = [], dict(prepared.dropped)
    for each in (*prepared.splits, own):
        training, count = _without_leaks(each.training, test)
        validation, _ = _without_leaks(each.validation, test)
        splits.append(Split(each.source, training, validation or (training if each is own else [])))
        dropped[each.source.name] = dropped.get(each.source.name, 0) + count
    return Prepared(splits, {name: count for name, count in dropped.items() if count})


def _by_split(dataset: Dataset, recipe: Recipe) -> dict[str, list[Example]]:
    rows = dataset.examples.select_related("submission").order_by("id")
    if recipe.language != "any":
        rows = rows.filter(submission__language=recipe.language)
    by_split: dict[str, list[Example]] = {name: [] for name in DatasetExample.Split.values}
    for row in rows:
        example = _example(row, recipe)
        if example.targets:
            by_split[row.split].append(example)
    return by_split


def _example(row: DatasetExample, recipe: Recipe) -> Example:
    known = set(recipe.labels)
    targets = {label: float(value) for label, value in row.labels.items() if label in known}
    submission = row.submission
    return Example(submission.content, targets, dict.fromkeys(targets, 1.0), NAME, submission.sealed_facts or {})


def _without_leaks(training: Sequence[Example], test: Iterable[str]) -> tuple[list[Example], int]:
    leaked = {hit.training for hit in find_leaks([row.text for row in training], list(test))}
    return [row for place, row in enumerate(training) if place not in leaked], len(leaked)
