"""What several versions said to one text as one answer, its prediction set, and whether the text is known."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aimass_apps.inference.combining import CombinerWithMembers, NoMembers, load_whole, readers_among
from aimass_apps.inference.kinds.ensemble.predictor import (
    RULES,
    Ensemble,
    Rule,
    ensemble_among,
    entropy,
    even_pool,
    open_ensemble,
)
from aimass_apps.inference.predictor import Answer, Item, load_predictor
from aimass_apps.registry.artefacts import write_manifest

LABELS = ("a", "b", "c", "d")
BOTH = Rule({"bert": 0.5, "svm": 0.5}, 0.8, 0.0, 0, 1.2)
ENSEMBLE = Ensemble(
    LABELS,
    {
        frozenset({"bert", "svm"}): BOTH,
        frozenset({"bert"}): Rule({"bert": 1.0}, 0.5, 0.0, 0, 1.0),
        frozenset({"svm"}): Rule({"svm": 0.7}, 0.9, 0.0, 0, 1.3),
    },
    {"aim": 0.9},
)  # fmt: skip
SURE = {"a": 0.97, "b": 0.01, "c": 0.01, "d": 0.01}
EVEN = dict.fromkeys(LABELS, 0.25)


class Constant:
    """A member that says the same to every text and counts how often it is asked."""

    labels = LABELS

    def __init__(self, scores: Mapping[str, float]) -> None:
        self.scores, self.asked = dict(scores), 0

    def predict(self, items: Sequence[Item]) -> list[Answer]:
        self.asked += len(items)
        return [Answer(self.scores) for _ in items]


def test_the_pool_is_the_normalised_product_of_powers() -> None:
    pooled = BOTH.pool({"bert": {"a": 0.64, "b": 0.36}, "svm": {"a": 0.36, "b": 0.64}}, ("a", "b"))
    assert pooled == pytest.approx({"a": 0.5, "b": 0.5})
    assert next(iter(BOTH.pool({"bert": EVEN, "svm": SURE}, LABELS))) == "a"


def test_what_one_member_does_not_name_is_unlikely_and_not_impossible() -> None:
    pooled = BOTH.pool({"bert": {"a": 1.0}, "svm": {"b": 1.0}}, ("a", "b"))
    assert pooled == pytest.approx({"a": 0.5, "b": 0.5})


@pytest.mark.parametrize(("said", "members"), [
    ({"svm": SURE, "bert": EVEN}, ("bert", "svm")),
    ({"svm": SURE}, ("svm",)),
    ({"bert": SURE, "llm": EVEN}, ("bert",)),
])  # fmt: skip
def test_each_group_of_members_has_its_own_rule(said: dict[str, dict[str, float]], members: tuple[str, ...]) -> None:
    combined = ENSEMBLE.combine(said)
    assert combined is not None
    assert combined.members == members
    assert combined.scores == ENSEMBLE.rules[frozenset(members)].pool(said, LABELS)


def test_without_any_member_there_is_no_answer() -> None:
    assert ENSEMBLE.combine({"llm": SURE}) is None
    assert even_pool({}) is None


def test_spread_probability_is_unknown_and_a_sharp_one_known() -> None:
    sharp, flat = (ENSEMBLE.combine({"bert": said, "svm": said}) for said in (SURE, EVEN))
    assert sharp is not None
    assert flat is not None
    assert (sharp.known, flat.known) == (True, False)
    assert entropy(EVEN.values()) == pytest.approx(1.3863, abs=1e-4)
    assert entropy([1.0, 0.0]) == 0


@pytest.mark.parametrize(
    ("limit", "cost", "held"),
    [(0.0, 0.0, "a"), (0.5, 0.0, "ab"), (0.81, 0.0, "abc"), (1.0, 0.0, "abcd"), (1.0, 0.09, "abc"), (0.99, 0.2, "ab")],
)
def test_a_set_holds_the_likeliest_until_the_limit(limit: float, cost: float, held: str) -> None:
    rule = Rule({"svm": 1.0}, limit, cost, 1, 9.0)
    assert rule.likely({"a": 0.5, "b": 0.3, "c": 0.15, "d": 0.05}) == tuple(held)


@given(st.lists(st.floats(0.001, 1), min_size=4, max_size=4), st.floats(0, 1), st.floats(0, 0.2))
def test_a_set_is_never_empty_and_wider_limits_hold_more(raw: list[float], limit: float, cost: float) -> None:
    ranked = dict(zip(LABELS, sorted((each / sum(raw) for each in raw), reverse=True), strict=True))
    narrow, wide = (Rule({"svm": 1.0}, each, cost, 2, 9.0).likely(ranked) for each in (limit, limit + 0.1))
    assert narrow
    assert wide[: len(narrow)] == narrow


def test_an_even_pool_says_nothing_of_sets_and_novelty() -> None:
    combined = even_pool({"svm": SURE, "bert": SURE})
    assert combined is not None
    assert next(iter(combined.scores)) == "a"
    assert (combined.likely, combined.known) == (None, None)


def test_a_combiner_with_members_asks_each_once_and_combines() -> None:
    svm, bert = Constant(SURE), Constant(EVEN)
    answers = CombinerWithMembers(ENSEMBLE, {"svm": svm, "bert": bert}).predict([Item("one"), Item("two")])
    assert (svm.asked, bert.asked) == (2, 2)
    assert answers[0].scores == BOTH.pool({"svm": SURE, "bert": EVEN}, LABELS)
    with pytest.raises(NoMembers, match="bert"):
        CombinerWithMembers(ENSEMBLE, {"svm": svm})


def test_stored_and_opened_it_is_the_same(tmp_path: Path) -> None:
    folder = store(tmp_path / "ensemble")
    assert open_ensemble(folder) == ENSEMBLE
    assert ensemble_among([folder]) == ENSEMBLE
    assert readers_among([folder]) == []
    assert ensemble_among([]) is None
    with pytest.raises(NoMembers, match="reads no text"):
        load_predictor(folder).predict([Item("text")])
    with pytest.raises(NoMembers, match="bert, svm"):
        load_whole(folder, [])


def store(folder: Path) -> Path:
    folder.mkdir()
    rules = [{**asdict(rule), "powers": dict(rule.powers)} for rule in ENSEMBLE.rules.values()]
    (folder / RULES).write_text(json.dumps({"labels": LABELS, "rules": rules, "measured": ENSEMBLE.measured}))
    manifest = {"desk": "triage", "kind": "ensemble", "language": "any", "name": "Ensemble", "labels": list(LABELS)}
    write_manifest(folder, manifest, [RULES])
    return folder
