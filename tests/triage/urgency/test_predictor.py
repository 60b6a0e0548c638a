"""The layer of the learned urgency: what it reads, when it stands back, and that the desk's answers stayed."""

import json
from typing import Any

import pytest

from aimass_apps.inference.combining import CombinerWithMembers, NoMembers, load_whole, readers_among
from aimass_apps.inference.predictor import Answer, Item, load_predictor
from aimass_apps.registry.artefacts import STARTERS, BrokenArtefact, starters, verify
from triage.urgency.predictor import LAYER, UrgencyLayer, features, open_layer, read_layer
from triage.urgency.shares import level_parts

STARTER = STARTERS / "triage-urgency-any"
SHIPPED = open_layer(STARTER)
# What the desk said before the layer became a version: urgency, the models' own, and the shares of the levels.
SMALL = UrgencyLayer(("svm", "bert"), "bert", ("a", "urgency:soon"), ((0.0,) * 22,) * 5, (0.0, 0.0, 0.0, 0.0, 1.0))


def _said(*, sure: str) -> dict[str, dict[str, float]]:
    labels = SHIPPED.read
    return {kind: {label: 0.9 if label == sure else 0.1 / len(labels) for label in labels} for kind in ("svm", "bert")}


def test_a_small_layer_by_hand() -> None:
    said = {kind: {"a": 0.5, "urgency:soon": 0.5} for kind in ("svm", "bert")}
    shares = SMALL.shares(said, level_parts(said, {"a": "soon"}))
    assert shares["self_care"] == pytest.approx(2.71828 / 6.71828, abs=1e-5)
    assert sum(shares.values()) == pytest.approx(1)
    assert SMALL.answer(said) == {f"urgency:{level}": share for level, share in shares.items()}


def test_the_shipped_layer_fits_its_features_and_tells_danger_from_a_trifle() -> None:
    verify(STARTER)
    said = _said(sure="urgency:immediate")
    parts = level_parts(said, {})
    assert len(features(said["bert"], parts.values(), SHIPPED.read)) == len(SHIPPED.weights[0])
    calm = _said(sure="urgency:self_care")
    assert SHIPPED.shares(said, parts)["immediate"] > SHIPPED.shares(calm, level_parts(calm, {}))["immediate"]


@pytest.mark.parametrize("missing", ["svm", "bert"])
def test_it_stands_back_where_a_voice_is_missing_or_has_other_labels(missing: str) -> None:
    said = _said(sure="urgency:soon")
    alone = {kind: scores for kind, scores in said.items() if kind != missing}
    assert SHIPPED.shares(alone, level_parts(alone, {})) == {}
    other = {**said, "bert": {"made_up": 1.0}}
    assert SHIPPED.answer(other) == {}


@pytest.mark.parametrize("changed", [{"bias": [0.0]}, {"weights": [[0.0]] * 5}, {"voices": ["bert"]}, {"labels": []}])
def test_a_layer_whose_numbers_do_not_fit_is_broken(changed: dict[str, Any]) -> None:
    raw = json.loads((STARTER / LAYER).read_text())
    with pytest.raises(BrokenArtefact, match="5 rows"):
        read_layer(raw | changed, "any")


class Sure:
    """A member that is sure of one level."""

    labels = SHIPPED.read

    def predict(self, items: list[Item]) -> list[Answer]:
        return [Answer(_said(sure="urgency:immediate")["bert"]) for _ in items]


def test_alone_it_reads_nothing_and_with_members_it_asks_them() -> None:
    assert STARTER not in readers_among(starters("triage"))
    with pytest.raises(NoMembers, match="reads no text"):
        load_predictor(STARTER).predict([Item("text")])
    with pytest.raises(NoMembers, match="bert, svm"):
        load_whole(STARTER, [])
    [answer] = CombinerWithMembers(SHIPPED, {"svm": Sure(), "bert": Sure()}).predict([Item("text")])
    assert answer.scores == SHIPPED.answer(_said(sure="urgency:immediate"))
    assert set(answer.scores) == set(SHIPPED.labels)
