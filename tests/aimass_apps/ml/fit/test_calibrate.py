import numpy as np
import pytest

from aimass_apps.inference.output_head import sigmoid
from aimass_apps.ml.fit.calibrate import (
    calibrate,
    expected_calibration_error,
    fit_platt,
    fit_temperature,
    threshold_for_precision,
)

RNG = np.random.default_rng(7)


def overconfident(rows: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    """Logits three times too large and shifted by 1, with the labels that the honest ones would give."""
    honest = RNG.normal(size=rows).astype(np.float32)
    truth = (RNG.random(rows) < sigmoid(honest)).astype(np.float32)
    return 3 * honest + 1, truth


def test_platt_finds_the_honest_scale() -> None:
    logits, truth = overconfident()
    temperature, bias = fit_platt(logits, truth)
    assert temperature == pytest.approx(3.0, rel=0.15)
    assert bias == pytest.approx(-1 / 3, abs=0.15)


def test_calibration_lowers_the_error() -> None:
    logits, truth = overconfident()
    groups = [{"activation": "sigmoid", "labels": ["toxic"]}]
    head = calibrate(logits[:, None], truth[:, None], np.ones((len(truth), 1), np.float32), groups, tokens=64)
    after = expected_calibration_error(head.probabilities(logits[:, None])[:, 0], truth)
    assert expected_calibration_error(sigmoid(logits), truth) > 0.1
    assert after < 0.03
    assert head.tokens == 64


def test_rows_without_the_label_do_not_count() -> None:
    logits, truth = overconfident()
    noise = RNG.normal(size=500).astype(np.float32) * 50
    both = np.concatenate([logits, noise])[:, None]
    targets = np.concatenate([truth, np.ones(500, np.float32)])[:, None]
    weights = np.concatenate([np.ones(len(truth)), np.zeros(500)]).astype(np.float32)[:, None]
    groups = [{"activation": "sigmoid", "labels": ["toxic"]}]
    assert calibrate(both, targets, weights, groups).temperature[0] == pytest.approx(3.0, rel=0.15)


def test_a_softmax_group_gets_one_temperature() -> None:
    honest = RNG.normal(size=(3000, 4)).astype(np.float32) * 2
    shares = np.exp(honest) / np.exp(honest).sum(axis=1, keepdims=True)
    truth = np.array([RNG.choice(4, p=row / row.sum()) for row in shares.astype(np.float64)])
    assert fit_temperature(4 * honest, np.eye(4, dtype=np.float32)[truth]) == pytest.approx(4.0, rel=0.15)


def test_too_few_rows_leave_a_label_as_it_is() -> None:
    assert fit_platt(np.ones(20, np.float32), np.ones(20, np.float32)) == (1.0, 0.0)
    assert fit_temperature(np.ones((2, 3), np.float32), np.ones((2, 3), np.float32)) == 1.0


def test_a_threshold_reaches_its_precision() -> None:
    scores = np.linspace(0, 1, 1000).astype(np.float32)
    truth = (RNG.random(1000) < scores).astype(np.float32)
    threshold = threshold_for_precision(scores, truth, 0.9)
    chosen = scores >= threshold
    assert truth[chosen].mean() >= 0.9
    assert 0.6 < threshold < 0.95
    assert threshold_for_precision(scores, truth, 0.7) < threshold


def test_an_unreachable_precision_takes_the_best_there_is() -> None:
    scores = np.linspace(0.1, 0.9, 100).astype(np.float32)
    assert 0.02 <= threshold_for_precision(scores, np.zeros(100, np.float32), 0.9) <= 0.98
