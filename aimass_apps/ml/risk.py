"""How far decisions may be automatic so that few of them are wrong, with a stated confidence.

The error rate among automatic decisions is a ratio whose denominator moves with the threshold, so plain conformal
risk control does not bound it. Here every operating point is a hypothesis "more than alpha of what is automatic
here is wrong", its p-value is exact (binomial: Clopper and Pearson 1934), and settings are tested from the most
cautious one on until the first that is not refused: Learn then Test with a fixed sequence (Angelopoulos, Bates,
Candès, Jordan, Lei 2021). Then with probability 1 - delta no chosen setting has a true error rate over alpha,
whatever the model and the data, as long as the cases are a fair sample.

Plain Python: the page that shows it runs in web processes, where SciPy would cost 50 MB.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from aimass_apps.draws import drawn

PLACING = 0.2  # share of the cases that choose where the sequence starts; they test nothing
START = 2.0  # times the smallest sample: the first setting should survive an error or two
NEVER = math.inf


@dataclass(frozen=True, slots=True)
class Case:
    """One case that a person labelled: automatic at every setting of at least `point`.

    `key` names it and has nothing to do with its content: hashed, it draws which cases do what. `weight` is
    1 / the chance that it was labelled.
    """

    key: str
    point: float
    wrong: bool  # whether the automatic decision is an error
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Setting:
    """One tested operating point: how many cases are automatic, and how many of them wrong."""

    operating_point: float
    cases: int
    errors: int
    p_value: float
    share: float  # of all that the cases stand for, how much is automatic

    def bound(self, delta: float) -> float:
        """With confidence 1 - `delta` the true error rate of this setting alone is at most this."""
        return upper_bound(self.errors, self.cases, delta)


@dataclass(frozen=True, slots=True)
class Control:
    """The outcome: `chosen` is the boldest setting that may be used, None where none may."""

    alpha: float
    delta: float
    needed: int  # cases without an error from which anything can be shown
    cases: int  # that test, after thinning and without those that place
    settings: tuple[Setting, ...]
    chosen: Setting | None


def smallest_sample(alpha: float, delta: float) -> int:
    """How many automatic cases without a single error show a rate of at most `alpha`: ln(delta) / ln(1 - alpha)."""
    return math.ceil(math.log(delta) / math.log1p(-alpha))


def tail(errors: int, cases: int, rate: float) -> float:
    """The chance of at most `errors` among `cases` when each is wrong with probability `rate` (between 0 and 1)."""
    if errors >= cases:
        return 1.0
    log_rate, log_rest, log_all = math.log(rate), math.log1p(-rate), math.lgamma(cases + 1)
    terms = [
        log_all - math.lgamma(k + 1) - math.lgamma(cases - k + 1) + k * log_rate + (cases - k) * log_rest
        for k in range(errors + 1)
    ]
    return min(1.0, math.fsum(map(math.exp, terms)))


def upper_bound(errors: int, cases: int, delta: float) -> float:
    """Clopper and Pearson's one-sided bound: the rate at which so few errors have the chance `delta`."""
    if errors >= cases:
        return 1.0
    low, high = errors / cases, 1.0 - 1e-12
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if tail(errors, cases, middle) > delta else (low, middle)
    return high


def thin(cases: Sequence[Case]) -> list[Case]:
    """Cases as if each had been labelled with the same chance: the surely labelled ones are kept as rarely as others.

    An exact bound needs cases that count alike; weights would make it an approximation.
    """
    heaviest = max((case.weight for case in cases), default=1.0)
    return [case for case in cases if _draw("thin", case.key) < case.weight / heaviest]


def control(cases: Sequence[Case], operating_points: Sequence[float], *, alpha: float, delta: float) -> Control:
    """Test the `operating_points` in rising order on a fair sample, and choose the boldest that holds.

    They are fixed beforehand. Where the sequence starts is chosen on cases of its own, so the test stays exact.
    """
    fair = thin([case for case in cases if case.point <= max(operating_points)])
    known = sorted((case.point, case.weight) for case in cases)
    weights = [0.0, *accumulate(weight for _, weight in known)]
    placing = sorted(case.point for case in fair if _draw("place", case.key) < PLACING)
    testing = sorted((case for case in fair if _draw("place", case.key) >= PLACING), key=lambda case: case.point)
    points = [case.point for case in testing]
    errors = [0, *accumulate(case.wrong for case in testing)]
    needed = smallest_sample(alpha, delta)
    tried: list[Setting] = []
    for operating_point in _sequence(sorted(operating_points), placing, len(testing), needed):
        count = bisect_right(points, operating_point)
        wrong = errors[count]
        p_value = tail(wrong, count, alpha) if count else 1.0
        share = weights[bisect_right(known, (operating_point, math.inf))] / weights[-1]
        tried.append(Setting(operating_point, count, wrong, p_value, share))
        if p_value > delta:
            break
    held = [setting for setting in tried if setting.p_value <= delta]
    return Control(alpha, delta, needed, len(testing), tuple(tried), held[-1] if held else None)


def _sequence(rising: Sequence[float], placing: Sequence[float], testing: int, needed: int) -> Sequence[float]:
    """The settings to test: from the first where enough automatic cases are to be expected."""
    if testing < needed or not placing:
        return ()
    for place, operating_point in enumerate(rising):
        if bisect_right(placing, operating_point) / len(placing) * testing >= START * needed:
            return rising[place:]
    return rising[-1:]


def _draw(purpose: str, key: str) -> float:
    """A number in [0, 1) that is uniform over keys and constant for one."""
    return drawn(f"{purpose}:{key}")
