"""What the desk proposes, by table; and that the safety floor only ever raises."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aimass_apps.inference.kinds.ensemble.predictor import Ensemble, Rule
from aimass_apps.registry.artefacts import STARTERS
from triage.decide import (
    Outcome,
    Reason,
    Source,
    decide,
    load_policy,
    three_levels,
)
from triage.knowledge.floor import Fired, Floor, Scored
from triage.knowledge.scales import NEWS2, Score
from triage.levels import LEVELS, Level
from triage.metrics import URGENCY
from triage.urgency.predictor import open_layer

# The shipped policy with shares of its own, so that a recalibration does not move these tables.
POLICY = replace(
    load_policy(),
    at_least={"immediate": 0.5, "very_urgent": 0.45, "urgent": 0.4, "soon": 0.3},
    expected=("svm", "bert"),
    weights={"svm": 1.0, "bert": 1.0},
    combined_share=0.0,
    likely_from=1.0,
    needs_vitals=False,
)
URGENCIES: dict[str, Level] = {"infarction": "immediate", "pneumonia": "urgent", "cold": "self_care", "flu": "soon"}
QUIET = Floor(None, ())
FLAT = {f"condition_{number}": 0.01 for number in range(100)}
MEMBERS = [("svm",), ("bert",), ("bert", "svm")]
ENSEMBLE = Ensemble(
    labels=(*URGENCIES, *FLAT),
    rules={frozenset(kinds): Rule(dict.fromkeys(kinds, 1 / len(kinds)), 0.8, 0.0, 0, 3.0) for kinds in MEMBERS},
    measured={},
)


def _floor(level: Level) -> Floor:
    return Floor(level, (Fired("rule", level, "A rule", (), "a source"),))


Answers = dict[Source, dict[str, float] | None]


def _said(**by_kind: dict[str, float] | None) -> Answers:
    return {Source(f"{kind}-1", kind, "any"): scores for kind, scores in by_kind.items()}


def _both(scores: dict[str, float]) -> Answers:
    return _said(svm=scores, bert=scores)


def _codes(outcome: Outcome) -> set[str]:
    return {reason.code for reason in outcome.reasons}


@pytest.mark.parametrize(
    ("scores", "urgency"),
    [
        ({"cold": 0.95, "flu": 0.05}, "self_care"),
        ({"flu": 0.9, "cold": 0.1}, "soon"),
        ({"pneumonia": 0.9, "cold": 0.1}, "urgent"),
        ({"infarction": 0.9, "cold": 0.1}, "immediate"),
        # Ordinal: half a chance of an infarction beside a cold is no "urgent on average".
        ({"infarction": 0.55, "cold": 0.45}, "immediate"),
        ({"cold": 0.9, "pneumonia": 0.1}, "self_care"),
    ],
)
def test_models_alone(scores: dict[str, float], urgency: Level) -> None:
    outcome = decide(_both(scores), QUIET, POLICY, URGENCIES, ENSEMBLE)
    assert outcome.urgency == outcome.model_urgency == urgency
    assert outcome.combined is not None
    assert outcome.combined.members == ("bert", "svm")
    assert outcome.differential[0].condition == max(scores, key=lambda label: scores[label])


def test_learned_urgency_counts_beside_that_of_the_conditions() -> None:
    scores = {"cold": 1.0, f"{URGENCY}very_urgent": 0.98, f"{URGENCY}self_care": 0.02}
    outcome = decide(_both(scores), QUIET, POLICY, URGENCIES, ENSEMBLE)
    assert outcome.levels["very_urgent"] == pytest.approx(0.49, abs=0.02)
    assert outcome.urgency == "very_urgent"
    assert outcome.differential[0].condition == "cold"
    assert not any(candidate.condition.startswith(URGENCY) for candidate in outcome.differential)


def test_a_danger_that_one_model_sees_does_not_vanish_because_the_other_rules_it_out() -> None:
    answers = _said(svm={"infarction": 1.0}, bert={"cold": 1.0})
    assert decide(answers, QUIET, POLICY, URGENCIES).urgency == "immediate"


def test_the_floor_raises_and_is_named() -> None:
    outcome = decide(_both({"cold": 1.0}), _floor("very_urgent"), POLICY, URGENCIES)
    assert outcome.urgency == "very_urgent"
    assert outcome.model_urgency == "self_care"
    assert Reason("floor", "very_urgent", "rule") in outcome.reasons
    assert outcome.red_flags[0].rule == "rule"


def test_the_floor_never_lowers() -> None:
    assert decide(_both({"infarction": 1.0}), _floor("urgent"), POLICY, URGENCIES).urgency == "immediate"


def test_without_models_the_floor_decides_and_silence_is_at_least_soon() -> None:
    outcome = decide({}, QUIET, POLICY)
    assert outcome.urgency == "soon"
    assert {"no_models", "model_missing"} <= _codes(outcome)
    assert decide({}, _floor("immediate"), POLICY).urgency == "immediate"


@pytest.mark.parametrize("broken", [None, {}, {"cold": float("nan")}, {"cold": -0.2}, {"cold": 7.0}, {"cold": 0.0}])
def test_a_broken_model_is_named_and_lowers_nothing(broken: dict[str, float] | None) -> None:
    outcome = decide(_said(svm={"pneumonia": 1.0}, bert=broken), QUIET, POLICY, URGENCIES)
    assert outcome.urgency == "urgent"
    assert Reason("model_broken", None, "bert-1") in outcome.reasons
    assert set(outcome.by_model) == {"svm-1"}


def test_a_missing_model_is_named() -> None:
    outcome = decide(_said(svm={"pneumonia": 1.0}), QUIET, POLICY, URGENCIES)
    assert Reason("model_missing", None, "bert") in outcome.reasons


def test_outside_what_the_models_know() -> None:
    outcome = decide(_both(FLAT), QUIET, POLICY, dict.fromkeys(FLAT, "self_care"), ENSEMBLE)
    assert outcome.outside_known
    assert outcome.urgency == POLICY.outside_known
    assert "outside_known" in _codes(outcome)
    assert not decide(_both({"cold": 0.9}), QUIET, POLICY, URGENCIES, ENSEMBLE).outside_known


def test_the_rule_of_the_members_that_answered_is_used() -> None:
    outcome = decide(_said(svm={"cold": 0.9, "flu": 0.1}, bert=None), QUIET, POLICY, URGENCIES, ENSEMBLE)
    assert outcome.combined is not None
    assert outcome.combined.members == ("svm",)
    assert outcome.combined.likely == ("cold",)


@pytest.mark.parametrize("ensemble", [None, replace(ENSEMBLE, rules={frozenset({"bayes"}): Rule({}, 1, 0, 0, 9)})])
def test_without_an_ensemble_nothing_is_said_to_be_known_and_nothing_reassures(ensemble: Ensemble | None) -> None:
    outcome = decide(_both({"cold": 0.9, "flu": 0.1}), QUIET, POLICY, URGENCIES, ensemble)
    assert outcome.model_urgency == "self_care"
    assert outcome.urgency == POLICY.outside_known
    assert "unmeasured" in _codes(outcome)
    assert not outcome.outside_known
    assert outcome.differential[0].condition == "cold"
    assert outcome.combined is not None
    assert outcome.combined.likely is None


ANY, ENGLISH = Source("bert-any-1", "bert", "any"), Source("bert-en-1", "bert", "en")


@pytest.mark.parametrize("order", [(ANY, ENGLISH), (ENGLISH, ANY)], ids=["any first", "en first"])
def test_two_versions_of_one_kind_are_both_heard(order: tuple[Source, Source]) -> None:
    """The one of the ensemble's place is its member; the other's danger counts all the same."""
    said = {ANY: {"cold": 0.9, "flu": 0.1}, ENGLISH: {"infarction": 1.0}}
    outcome = decide({source: said[source] for source in order}, QUIET, POLICY, URGENCIES, ENSEMBLE)
    assert set(outcome.by_model) == {"bert-any-1", "bert-en-1"}
    assert outcome.urgency == "immediate"
    assert outcome.levels["immediate"] == pytest.approx(0.5)
    assert outcome.combined is not None
    assert (outcome.combined.members, outcome.differential[0].condition) == (("bert",), "cold")


def test_a_version_that_failed_is_named_though_another_of_its_kind_answered() -> None:
    outcome = decide({ANY: None, ENGLISH: {"cold": 1.0}}, QUIET, POLICY, URGENCIES, ENSEMBLE)
    assert Reason("model_broken", None, "bert-any-1") in outcome.reasons
    assert Reason("model_missing", None, "bert") not in outcome.reasons
    assert "unmeasured" in _codes(outcome)
    assert outcome.combined is not None
    assert outcome.combined.members == ("bert-en-1",)


def test_of_two_versions_of_one_place_the_first_is_the_member_and_both_are_heard() -> None:
    other = Source("bert-any-2", "bert", "any")
    said = {ANY: {"cold": 1.0}, other: {"infarction": 1.0}}
    outcome = decide(said, QUIET, POLICY, URGENCIES, ENSEMBLE)
    assert (outcome.differential[0].condition, outcome.urgency) == ("cold", "immediate")


def test_the_layer_over_both_reads_the_versions_that_it_was_fitted_on() -> None:
    layer = open_layer(STARTERS / "triage-urgency-any")
    labels = dict.fromkeys(layer.read, 0.001)
    calm, danger = labels | {"urgency:self_care": 0.9}, labels | {"urgency:immediate": 0.9}
    own = {Source("svm-any-1", "svm", "any"): calm, ANY: calm}
    alone = decide(own, QUIET, replace(POLICY, fitted_share=1.0), {}, layer=layer)
    beside = decide(own | {ENGLISH: danger}, QUIET, replace(POLICY, fitted_share=1.0), {}, layer=layer)
    assert beside.levels == alone.levels == alone.fitted
    assert Reason("unlearned") not in alone.reasons


@pytest.mark.parametrize("heard", [{"svm"}, {"bert"}, {"svm", "bert"}])
@pytest.mark.parametrize("there", [True, False])
def test_without_a_usable_layer_the_mean_decides_and_the_reasons_say_so(heard: set[str], there: bool) -> None:
    layer = open_layer(STARTERS / "triage-urgency-any") if there else None
    said = _said(**{kind: {"pneumonia": 0.9, "cold": 0.1} for kind in heard})
    outcome = decide(said, QUIET, POLICY, URGENCIES, ENSEMBLE, layer)
    assert (outcome.urgency, outcome.fitted) == ("urgent", {})
    assert Reason("unlearned") in outcome.reasons


def test_without_any_model_nothing_is_said_of_the_layer() -> None:
    assert Reason("unlearned") not in decide({}, QUIET, POLICY).reasons


def test_contradictions_and_missing_measurements_are_reasons() -> None:
    floor = Floor(None, (), (Scored(NEWS2, Score(0, {}, ("spo2", "oxygen"))),), ("age",))
    reasons = decide(_both({"cold": 1.0}), floor, POLICY, URGENCIES).reasons
    assert Reason("contradiction", None, "age") in reasons
    assert Reason("news2_incomplete", None, "spo2, oxygen") in reasons


@pytest.mark.parametrize(
    ("urgency", "raised", "three"),
    [
        ("immediate", False, "emergency"),
        ("very_urgent", False, "emergency"),
        ("urgent", True, "emergency"),
        ("urgent", False, "non_emergency"),
        ("soon", True, "non_emergency"),
        ("soon", False, "non_emergency"),
        ("self_care", False, "self_care"),
    ],
)
def test_mapping_to_three_levels(urgency: Level, raised: bool, three: str) -> None:
    assert three_levels(urgency, raised_by_floor=raised) == three


SCORES = st.dictionaries(
    st.sampled_from([*URGENCIES, "unknown", *(URGENCY + level for level in LEVELS)]),
    st.floats(0, 1, allow_nan=False),
    max_size=8,
)
SOURCES = st.builds(
    lambda kind, language: Source(f"{kind}-{language}", kind, language),
    st.sampled_from(["svm", "bert", "llm", "bayes"]),
    st.sampled_from(["any", "en"]),
)
ANSWERS = st.dictionaries(SOURCES, st.none() | SCORES, max_size=5)


@given(answers=ANSWERS, level=st.none() | st.sampled_from(LEVELS[:3]))
def test_whatever_the_models_say_the_floor_only_raises(answers: Answers, level: Level | None) -> None:
    free = decide(answers, QUIET, POLICY, URGENCIES, ENSEMBLE)
    floored = decide(answers, QUIET if level is None else _floor(level), POLICY, URGENCIES, ENSEMBLE)
    assert LEVELS.index(floored.urgency) <= LEVELS.index(free.urgency)
    if level is not None:
        assert LEVELS.index(floored.urgency) <= LEVELS.index(level)
        assert floored.urgency in {level, free.urgency}


@given(answers=ANSWERS)
def test_a_model_that_fails_never_leaves_a_visit_as_self_care_by_silence(answers: Answers) -> None:
    silent = decide(dict.fromkeys(answers), QUIET, POLICY, URGENCIES)
    assert silent.urgency != "self_care"
