import numpy as np
import pytest

from aimass_apps.ml.evaluate import metrics
from aimass_apps.ml.evaluate.pictures import bar_chart, confusion_chart, line_chart

TRUTH = np.array([True, True, False, False])
SCORE = np.array([0.9, 0.4, 0.6, 0.1], np.float32)


def test_figures_of_a_decision() -> None:
    figures = metrics.decision_metrics(TRUTH, SCORE >= 0.5, SCORE)
    assert figures["AUC"] == 0.75
    assert (figures["precision"], figures["recall"], figures["false-positive rate"]) == (0.5, 0.5, 0.5)


def test_one_sided_rows_have_a_share_only() -> None:
    figures = metrics.decision_metrics(np.zeros(4, bool), np.array([True, False, False, False]), SCORE)
    assert figures == {"rows": 4, "positive": 0, "flagged share": 0.25}


def test_ranking_counts_unknown_answers_as_misses() -> None:
    figures = metrics.ranking_metrics(["a", "b", "nowhere"], [["a", "b"], ["a", "c", "b"], ["a", "b"]])
    assert (figures["top-1"], figures["top-3"]) == (0.3333, 0.6667)


def test_curves_begin_and_end_in_the_corners() -> None:
    points = metrics.curves(TRUTH, SCORE)["roc"]
    assert points[0] == [0.0, 0.0]
    assert points[-1] == [1.0, 1.0]


def test_groups_and_their_worst_gap() -> None:
    rates = metrics.by_group(["a", "a", "b", "", "b"], np.array([True, False, False, True, False]))
    assert rates == {"a": {"rows": 2, "share": 0.5}, "b": {"rows": 2, "share": 0.0}}
    assert metrics.worst_gap(rates) == 0.25


def test_a_better_version_has_an_interval_above_zero() -> None:
    rng = np.random.default_rng(3)
    worse, better = rng.random(800) < 0.6, rng.random(800) < 0.8
    found = metrics.paired_bootstrap(worse, better, lambda rows: float(rows.mean()), seed=1, rounds=300)
    assert found["low"] > 0
    assert found["low"] < found["difference"] < found["high"]
    same = metrics.paired_bootstrap(worse, worse, lambda rows: float(rows.mean()), seed=1, rounds=50)
    assert (same["low"], same["high"]) == (0.0, 0.0)


def test_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    rng = np.random.default_rng(5)
    covered = 0
    for trial in range(60):
        first, second = rng.random(150) < 0.5, rng.random(150) < 0.6
        found = metrics.paired_bootstrap(first, second, lambda rows: float(rows.mean()), seed=trial, rounds=200)
        covered += found["low"] <= 0.1 <= found["high"]
    assert covered >= 51  # 95 % of 60 is 57; fewer than 51 has a chance under 1 %


def test_pictures_are_drawn_and_escaped() -> None:
    chart = line_chart("<ROC>", "x", "y", {"a&b": [[0, 0], [1, 1]]}, diagonal=True)
    assert "&lt;ROC&gt;" in chart
    assert "a&amp;b" in chart
    assert chart.count("<path") == 2
    assert "50 %" in bar_chart("t", [("one", 0.5)])
    assert "misses: 3" in confusion_chart("t", {"misses": 3, "right": 9})


def test_reliability_bins_hold_every_row() -> None:
    assert sum(share for _, _, share in metrics.reliability(TRUTH, SCORE)) == pytest.approx(1.0)
