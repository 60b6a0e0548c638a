"""Whether two versions differ on the same rows, and how sure a share is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.stats import binomtest

from aimass_apps.ml.evaluate.metrics import Bools


class Interval(NamedTuple):
    """A share with its 95 % interval."""

    share: float
    low: float
    high: float


class McNemar(NamedTuple):
    """Rows that only the first, only the second answered rightly, and the two-sided p of so uneven a split."""

    only_first: int
    only_second: int
    p: float


def wilson(right: Bools) -> Interval:
    """The share of `right`, shape (rows,), with Wilson's score interval (Wilson 1927). Raises `ValueError` for none."""
    return wilson_of(int(right.sum()), len(right))


def wilson_of(hits: int, of: int) -> Interval:
    """The same from counts. Raises `ValueError` for none."""
    found = binomtest(hits, of).proportion_ci(0.95, method="wilson")
    return Interval(hits / of, float(found.low), float(found.high))


def mcnemar(first: Bools, second: Bools) -> McNemar:
    """McNemar's exact test: the rows on which two versions disagree, against a fair coin (McNemar 1947)."""
    only_first, only_second = int(np.sum(first & ~second)), int(np.sum(second & ~first))
    apart = only_first + only_second
    return McNemar(only_first, only_second, float(binomtest(only_first, apart).pvalue) if apart else 1.0)


def holm(values: Sequence[float]) -> list[float]:
    """The p-values of a family of tests, corrected so that any false alarm at all stays as rare (Holm 1979)."""
    order = sorted(range(len(values)), key=lambda place: values[place])
    corrected, least = [0.0] * len(values), 0.0
    for rank, place in enumerate(order):
        least = max(least, min(1.0, (len(values) - rank) * values[place]))
        corrected[place] = least
    return corrected
