"""The functional suites' open templates as training rows, and their held-out cases as what no training may see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from moderation.corpus.functional.suite import cases, training_rows
from moderation.labels import TAUGHT

FEW = 120  # rows; functions with fewer have plain sentences without slots and would drown among the others

Row = tuple[str, dict[str, float]]


def functional_rows(seed: int, n: int) -> Iterator[Row]:
    """Rows of every function."""
    for row in training_rows(seed, n):
        yield row.text, {label: float(value) for label, value in row.labels.items() if label in SUPPORTED}


def rare_functional_rows(seed: int, n: int) -> Iterator[Row]:
    """Rows of the functions that have few."""
    rows = training_rows(seed, n)
    sizes = Counter(row.function for row in rows)
    for row in rows:
        if sizes[row.function] < FEW:
            yield row.text, {label: float(value) for label, value in row.labels.items() if label in SUPPORTED}


def functional_rows_zh(seed: int, n: int) -> Iterator[Row]:
    """Rows of every function of the Chinese suite, for the two labels that Chinese data support."""
    for row in training_rows(seed, n, "zh"):
        yield row.text, {label: float(row.labels[label]) for label in SUPPORTED_ZH if label in row.labels}


def held_out_texts() -> list[str]:
    """The cases whose templates are kept from training."""
    return [case.text for case in cases() if case.held_out]


def held_out_texts_zh() -> list[str]:
    """The same of the Chinese suite."""
    return [case.text for case in cases("zh") if case.held_out]


# The suite knows the others too, from too few sentences to learn a label from.
SUPPORTED = frozenset(TAUGHT)
SUPPORTED_ZH = ("toxic", "identity_hate")
