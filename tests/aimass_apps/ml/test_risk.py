"""Risk control keeps its promise over many samples, and a careless way to choose a threshold does not."""

import math
import random
from collections.abc import Callable, Sequence

import pytest
from scipy.stats import beta, binom

from aimass_apps.ml.risk import NEVER, Case, Control, control, smallest_sample, tail, thin, upper_bound

ALPHA, DELTA, ROUNDS = 0.05, 0.1, 400
OPERATING_POINTS = [round(-4 + 0.1 * step, 1) for step in range(61)]
# Three standard errors over what is promised: a rate that keeps it exceeds this once in a thousand runs.
ALLOWED = DELTA + 3 * math.sqrt(DELTA * (1 - DELTA) / ROUNDS)

Population = list[tuple[float, bool]]


@pytest.mark.parametrize(("errors", "cases", "rate"), [(0, 149, 0.02), (3, 400, 0.02), (40, 1000, 0.05), (5, 5, 0.3)])
def test_the_tail_is_the_binomial_distribution(errors: int, cases: int, rate: float) -> None:
    assert tail(errors, cases, rate) == pytest.approx(binom.cdf(errors, cases, rate), rel=1e-9)


@pytest.mark.parametrize(("errors", "cases"), [(0, 149), (3, 400), (40, 1000)])
def test_the_bound_is_clopper_and_pearsons(errors: int, cases: int) -> None:
    assert upper_bound(errors, cases, 0.05) == pytest.approx(beta.ppf(0.95, errors + 1, cases - errors), rel=1e-6)


def test_no_cases_bound_nothing() -> None:
    assert upper_bound(0, 0, 0.05) == 1.0
    assert control([], OPERATING_POINTS, alpha=ALPHA, delta=DELTA).chosen is None


@pytest.mark.parametrize(("alpha", "delta", "needed"), [(0.02, 0.05, 149), (0.05, 0.1, 45), (0.01, 0.05, 299)])
def test_the_smallest_sample_is_the_first_that_can_show_it(alpha: float, delta: float, needed: int) -> None:
    assert smallest_sample(alpha, delta) == needed
    assert tail(0, needed, alpha) <= delta < tail(0, needed - 1, alpha)


def rising(rng: random.Random, size: int) -> Population:
    """The usual: what the model is less sure of is wrong more often."""
    points = [rng.gauss(0, 1.5) for _ in range(size)]
    return [(point, rng.random() < 1 / (1 + math.exp(2.5 - point))) for point in points]


def level(rng: random.Random, size: int) -> Population:
    """The hard one: every setting is wrong just a little more often than allowed."""
    return [(rng.gauss(0, 1.5), rng.random() < ALPHA * 1.1) for _ in range(size)]


def waves(rng: random.Random, size: int) -> Population:
    """A model whose surest answers are its worst."""
    points = [rng.gauss(0, 1.5) for _ in range(size)]
    return [(point, rng.random() < (0.3 if point < -2.5 else 0.03 if point < 0 else 0.12)) for point in points]


def true_rate(population: Population, point: float) -> float:
    automatic = [wrong for own, wrong in population if own <= point]
    return sum(automatic) / max(1, len(automatic))


Chooser = Callable[[Sequence[Case]], float | None]


def careful(cases: Sequence[Case]) -> float | None:
    found = control(cases, OPERATING_POINTS, alpha=ALPHA, delta=DELTA)
    return found.chosen.operating_point if found.chosen else None


def plug_in(cases: Sequence[Case]) -> float | None:
    """Wrong: the boldest setting whose errors among the very same cases are few enough."""
    good = [
        point for point in OPERATING_POINTS if true_rate([(case.point, case.wrong) for case in cases], point) <= ALPHA
    ]
    return max(good, default=None)


def best_of_all(cases: Sequence[Case]) -> float | None:
    """Wrong: each setting tested at the full level, and the boldest that passed taken, whatever failed before."""
    passed = []
    for point in OPERATING_POINTS:
        automatic = [case.wrong for case in cases if case.point <= point]
        if automatic and tail(sum(automatic), len(automatic), ALPHA) <= DELTA:
            passed.append(point)
    return max(passed, default=None)


def broken_promises(population: Population, choose: Chooser, size: int = 500) -> float:
    """The share of samples after which the chosen setting is wrong more often than allowed."""
    rng = random.Random(7)
    rates = {point: true_rate(population, point) for point in OPERATING_POINTS}
    broken = 0
    for number in range(ROUNDS):
        rows = rng.choices(population, k=size)
        point = choose([Case(f"{number}-{place}", point, wrong) for place, (point, wrong) in enumerate(rows)])
        broken += point is not None and rates[point] > ALPHA
    return broken / ROUNDS


@pytest.mark.parametrize("make", [rising, level, waves])
def test_the_promise_holds_over_many_samples(make: Callable[[random.Random, int], Population]) -> None:
    assert broken_promises(make(random.Random(3), 10_000), careful) <= ALLOWED


@pytest.mark.parametrize("careless", [plug_in, best_of_all])
def test_a_careless_choice_breaks_it(careless: Chooser) -> None:
    assert broken_promises(level(random.Random(3), 10_000), careless) > ALLOWED


def test_it_is_of_use_where_the_model_is_good() -> None:
    rng = random.Random(5)
    cases = [Case(str(number), point, wrong) for number, (point, wrong) in enumerate(rising(rng, 3000))]
    found = control(cases, OPERATING_POINTS, alpha=ALPHA, delta=DELTA)
    assert found.chosen is not None
    assert found.chosen.share > 0.3
    assert found.chosen.bound(DELTA) <= ALPHA
    assert [setting.operating_point for setting in found.settings] == sorted(
        setting.operating_point for setting in found.settings
    )


def test_too_few_cases_show_nothing_even_without_errors() -> None:
    def of(count: int) -> Control:
        return control([Case(str(n), 0.0, wrong=False) for n in range(count)], [0.0], alpha=ALPHA, delta=DELTA)

    assert of(40).chosen is None
    assert of(40).settings == ()
    assert of(120).chosen is not None


def test_cases_that_are_never_automatic_count_in_no_setting() -> None:
    cases = [Case(str(n), NEVER if n % 2 else -1.0, wrong=bool(n % 2)) for n in range(400)]
    chosen = control(cases, OPERATING_POINTS, alpha=ALPHA, delta=DELTA).chosen
    assert chosen is not None
    assert chosen.errors == 0
    assert chosen.share == pytest.approx(0.5, abs=0.1)


def test_thinning_undoes_what_was_looked_at_more_often() -> None:
    sure = [Case(f"sure-{n}", 0.0, wrong=True) for n in range(4000)]
    drawn = [Case(f"drawn-{n}", 0.0, wrong=False, weight=10.0) for n in range(400)]
    kept = thin([*sure, *drawn])
    assert sum(not case.wrong for case in kept) == 400
    # Half of the 8,000 posts that these cases stand for are wrong.
    assert sum(case.wrong for case in kept) == pytest.approx(400, abs=60)
