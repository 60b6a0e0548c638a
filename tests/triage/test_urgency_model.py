"""The layer of the learned urgency: what it reads, and when it stands back."""

import pytest

from triage.decide import level_parts
from triage.levels import LEVELS
from triage.urgency_model import FittedLevels, features, fitted_levels


def _said(*, sure: str) -> dict[str, dict[str, float]]:
    labels = fitted_levels().labels
    return {kind: {label: 0.9 if label == sure else 0.1 / len(labels) for label in labels} for kind in ("svm", "bert")}


def test_a_small_layer_by_hand() -> None:
    layer = FittedLevels(("a", "urgency:soon"), ((0.0,) * 22,) * 5, (0.0, 0.0, 0.0, 0.0, 1.0))
    said = {kind: {"a": 0.5, "urgency:soon": 0.5} for kind in ("svm", "bert")}
    shares = layer.shares(said, level_parts(said, {"a": "soon"}))
    assert shares["self_care"] == pytest.approx(2.71828 / 6.71828, abs=1e-5)
    assert sum(shares.values()) == pytest.approx(1)


def test_the_shipped_layer_fits_its_features_and_tells_danger_from_a_trifle() -> None:
    layer = fitted_levels()
    said = _said(sure="urgency:immediate")
    parts = level_parts(said, {})
    assert len(features(said["bert"], parts, layer.labels)) == len(layer.weights[0])
    assert len(layer.weights) == len(layer.bias) == len(LEVELS)
    calm = _said(sure="urgency:self_care")
    assert layer.shares(said, parts)["immediate"] > layer.shares(calm, level_parts(calm, {}))["immediate"]


@pytest.mark.parametrize("missing", ["svm", "bert"])
def test_it_stands_back_where_a_model_is_missing_or_has_other_labels(missing: str) -> None:
    said = _said(sure="urgency:soon")
    alone = {kind: scores for kind, scores in said.items() if kind != missing}
    assert fitted_levels().shares(alone, level_parts(alone, {})) == {}
    other = {**said, "bert": {"made_up": 1.0}}
    assert fitted_levels().shares(other, level_parts(other, {})) == {}
