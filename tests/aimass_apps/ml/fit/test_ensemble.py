"""Fitting an ensemble: powers, limits that hold what they promise, and what is measured of them."""

import numpy as np
import pytest

from aimass_apps.inference.kinds.ensemble.predictor import LEAST, Ensemble, Rule
from aimass_apps.ml.fit.ensemble import (
    Answered,
    TooFewCases,
    Wanted,
    conformal_limit,
    fit_powers,
    fit_rule,
    fit_rules,
    pool,
    pool_without_truth,
    set_metrics,
    set_sizes,
    sets_on,
    share_unknown,
    truth_scores,
    with_limits,
)

LABELS = tuple("abcdefghij")


def _cases(count: int, seed: int = 1) -> Answered:
    """Members that see each truth through noise: "good" clearly, "poor" hardly, "blind" not at all."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, len(LABELS), count)
    signal = np.zeros((count, len(LABELS)))
    signal[np.arange(count), truth] = 1.0
    logs = {}
    for kind, strength in (("good", 3.0), ("poor", 1.0), ("blind", 0.0)):
        raw = strength * signal + rng.normal(size=signal.shape)
        logs[kind] = np.log(np.maximum(np.exp(raw) / np.exp(raw).sum(axis=1, keepdims=True), LEAST))
    return Answered(logs, truth, LABELS)


def test_powers_follow_what_a_member_knows() -> None:
    cases = _cases(2000)
    good, poor, blind = fit_powers(list(cases.logs.values()), cases.truth, 0.0)
    assert good > poor > blind >= 0
    assert blind < 0.15
    # Independent noise of equal variance: the best power is proportional to the signal.
    assert good / poor == pytest.approx(3, rel=0.25)


def test_evenness_draws_the_powers_to_each_other() -> None:
    cases = _cases(1000)
    logs = list(cases.logs.values())
    free, even = (fit_powers(logs, cases.truth, evenness) for evenness in (0.0, 100.0))
    assert np.ptp(even) < 0.05 < np.ptp(free)


def test_a_limit_is_the_next_higher_rank() -> None:
    scores = np.arange(1, 10) / 10
    assert conformal_limit(scores, 0.9) == 0.9
    assert conformal_limit(scores, 0.5) == 0.5
    assert conformal_limit(scores[:8], 0.9) == np.inf


@pytest.mark.parametrize("cost", [0.0, 0.05])
def test_sets_hold_what_they_promise_on_further_cases(cost: float) -> None:
    wanted = Wanted(coverage=0.9, rank_cost=cost, free_ranks=2)
    rule = fit_rule(_cases(4000), ("blind", "poor"), wanted)
    further = _cases(4000, seed=2)
    ensemble = Ensemble(LABELS, {frozenset(rule.powers): rule}, {})
    found = set_metrics(ensemble, further, {"half": ["first"] * 2000 + ["second"] * 2000})
    assert found["all"]["coverage"] == pytest.approx(0.9, abs=0.02)
    assert found["half"]["first"]["cases"] == 2000
    assert share_unknown(rule, pool(rule, further)) == pytest.approx(0.05, abs=0.02)


def test_sets_counted_at_once_are_those_of_the_rule() -> None:
    cases = _cases(200)
    rule = Rule({"good": 0.8, "blind": 0.2}, 0.7, 0.03, 2, 1.0)
    pooled = pool(rule, cases)
    for case in range(0, 200, 20):
        said = {kind: dict(zip(LABELS, np.exp(logs[case]), strict=True)) for kind, logs in cases.logs.items()}
        ranked = rule.pool(said, LABELS)
        assert list(ranked.values()) == pytest.approx(sorted(pooled[case], reverse=True))
        assert len(rule.likely(ranked)) == set_sizes(pooled, rule)[case]
        score = dict(rule.set_scores(ranked))[LABELS[cases.truth[case]]]
        assert truth_scores(pooled, cases.truth, rule)[case] == pytest.approx(score)


def test_there_is_a_rule_for_whoever_answers() -> None:
    rules = fit_rules(_cases(400), Wanted())
    assert {frozenset(rule.powers) for rule in rules} == {
        frozenset(group)
        for group in (
            {"good"}, {"poor"}, {"blind"}, {"good", "poor"}, {"good", "blind"}, {"poor", "blind"},
            {"good", "poor", "blind"},
        )
    }  # fmt: skip


def test_too_few_cases_fit_nothing() -> None:
    with pytest.raises(TooFewCases, match="199 cases"):
        fit_rules(_cases(199), Wanted())
    with pytest.raises(TooFewCases, match="99 cases"):
        with_limits(Rule({"good": 1.0}, 0.5, 0.0, 0, 1.0), _cases(99), Wanted())


def test_confirmed_cases_move_the_limits_and_leave_the_powers() -> None:
    rule = fit_rule(_cases(1000), ("good", "poor"), Wanted())
    harder = _cases(1000, seed=3)
    harder = Answered({**harder.logs, "good": harder.logs["blind"]}, harder.truth, LABELS)
    refitted = with_limits(rule, harder, Wanted())
    assert refitted.powers == rule.powers
    assert refitted.set_limit > rule.set_limit


def test_a_condition_left_out_takes_no_probability() -> None:
    cases = _cases(300)
    rule = Rule({"good": 1.0}, 0.5, 0.0, 0, 1.0)
    left = pool_without_truth(rule, cases)
    assert left[np.arange(300), cases.truth].max() < 1e-5
    assert share_unknown(rule, left) > share_unknown(rule, pool(rule, cases))


def test_an_unknown_truth_is_not_covered_and_should_be_called_unknown() -> None:
    rule = Rule({"good": 1.0}, 0.5, 0.0, 0, 1.0)
    ensemble = Ensemble(("a", "b", "c", "d"), {frozenset({"good"}): rule}, {})
    sure, even = {"a": 0.97, "b": 0.01, "c": 0.01, "d": 0.01}, dict.fromkeys("abcd", 0.25)
    found = sets_on(ensemble, [sure, even, even], ["a", "elsewhere", "d"])
    assert found["set coverage"] == pytest.approx(1 / 3, abs=1e-4)
    assert found["set coverage of known conditions"] == 0.5
    assert found["called unknown"] == pytest.approx(2 / 3, abs=1e-4)
    assert found["unknown conditions called so"] == 1.0
