"""What the desk does about a post: by table, without a database."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aimass_apps.inference.predictor import Span
from aimass_apps.inference.text.language import find_languages
from moderation.decide import VersionAnswer, decide, deciding_versions, load_policy, prioritise
from moderation.labels import LABELS
from moderation.policy import KeywordRules, Policy, PriorityWeights, VersionRules

POLICY = Policy(version="test-1", severity={"threat": 1.0, "insult": 0.5, "spam": 0.2})
LIMITS = {"toxic": 0.5, "insult": 0.6, "threat": 0.4}


def bert(failed: bool = False, language: str = "en", **scores: float) -> VersionAnswer:
    return VersionAnswer(f"bert-{language}-1", "bert", scores, LIMITS, failed=failed, language=language)


def svm(failed: bool = False, language: str = "en", **scores: float) -> VersionAnswer:
    return VersionAnswer(f"svm-{language}-1", "svm", scores, LIMITS, failed=failed, language=language)


def words(label: str = "insult", weight: float = 0.0, failed: bool = False) -> VersionAnswer:
    spans = (Span(4, 9, label, "clown", weight),) if weight else ()
    return VersionAnswer("keywords-any-1", "keywords", {label: weight}, {label: 0.6}, spans, failed)


@pytest.mark.parametrize(
    ("answers", "step", "codes"),
    [
        pytest.param([bert(toxic=0.1), words()], "clear", [], id="nothing found"),
        pytest.param([bert(toxic=0.5), words()], "flag", ["score:toxic"], id="exactly at the threshold"),
        pytest.param([bert(toxic=0.4999), words()], "clear", [], id="just under it"),
        pytest.param([bert(toxic=0.9, threat=0.9)], "flag", ["score:threat", "score:toxic"], id="the gravest first"),
        pytest.param([bert(toxic=0.1), svm(toxic=0.99)], "clear", [], id="the baseline decides nothing beside BERT"),
        pytest.param([svm(toxic=0.9)], "flag", ["score:toxic"], id="the baseline decides where it is alone"),
        pytest.param([bert(failed=True), svm(toxic=0.1)], "flag", ["model_unavailable:"], id="a broken model"),
        pytest.param(
            [bert(failed=True), svm(toxic=0.9)],
            "flag",
            ["model_unavailable:", "score:toxic"],
            id="a broken model, and the baseline finds something",
        ),
        pytest.param([bert(toxic=0.1), svm(failed=True)], "clear", [], id="a broken baseline is not missed"),
        pytest.param([bert(toxic=0.1), words(failed=True)], "flag", ["model_unavailable:"], id="broken lists"),
        pytest.param([words()], "flag", ["model_unavailable:"], id="lists alone are no model"),
        pytest.param([], "flag", ["model_unavailable:"], id="nothing live at all"),
        pytest.param([bert(insult=0.0), words(weight=0.95)], "flag", ["keyword:insult"], id="a severe word alone"),
        pytest.param([bert(insult=0.3), words(weight=0.7)], "flag", ["keyword:insult"], id="a strong word"),
        pytest.param([bert(insult=0.1), words(weight=0.7)], "clear", [], id="a strong word the model finds harmless"),
        pytest.param([bert(insult=0.3), words(weight=0.3)], "clear", [], id="a mild word alone"),
        pytest.param([bert(insult=0.5), words(weight=0.3)], "flag", ["keyword:insult"], id="a mild word and a doubt"),
        pytest.param([bert(insult=0.59), words(weight=0.1)], "clear", [], id="a word too light to count"),
        pytest.param([bert(toxic=0.0), words("spam", 0.7)], "flag", ["keyword:spam"], id="a label no model knows"),
        pytest.param([bert(toxic=0.0), words("spam", 0.3)], "clear", [], id="a mild word of a label no model knows"),
        pytest.param([bert(toxic=0.45), words("obscene", 0.3)], "flag", ["keyword:obscene"], id="toxic stands in"),
        pytest.param([bert(toxic=0.45), words("sexual", 0.3)], "clear", [], id="but for kinds of abuse alone"),
        pytest.param(
            [bert(toxic=0.1), svm(language="zh", toxic=0.9)],
            "flag",
            ["score:toxic"],
            id="a decider a language",
        ),
        pytest.param(
            [bert(toxic=0.1), svm(language="zh", failed=True)],
            "flag",
            ["model_unavailable:"],
            id="one is missing",
        ),
    ],
)
def test_step_and_reasons(answers, step, codes):
    outcome = decide(answers, POLICY, draw=0.9)
    assert (outcome.step, [f"{r.code}:{r.label}" for r in outcome.reasons]) == (step, codes)
    assert outcome.flagged is (step != "clear")


@pytest.mark.parametrize(
    ("text", "answers", "codes"),
    [
        pytest.param("a quiet day", [bert(toxic=0.1)], [], id="read"),
        pytest.param("a quiet day 天气真好啊", [bert(toxic=0.1)], ["language_unread"], id="half of it read by nobody"),
        pytest.param("a quiet day 天气真好啊", [bert(toxic=0.1), svm(language="zh", toxic=0.1)], [], id="both read"),
        pytest.param("a quiet day 天气真好啊", [bert(language="any", toxic=0.1)], [], id="a model of every language"),
        pytest.param("a quiet day 天气真好啊", [], ["model_unavailable"], id="no model at all is reason enough"),
        pytest.param(
            "a quiet day 天气真好啊",
            [bert(threat=0.9)],
            ["score", "language_unread"],
            id="the part that is read counts as ever",
        ),
    ],
)
def test_a_part_that_no_model_reads_goes_to_a_person(text, answers, codes):
    outcome = decide(answers, POLICY, 0.9, find_languages(text))
    assert [reason.code for reason in outcome.reasons] == codes
    assert outcome.flagged is bool(codes)


def test_a_reason_says_everything():
    outcome = decide([bert(insult=0.55), words(weight=0.3)], POLICY, draw=0.9)
    assert outcome.reasons[0].as_dict() == {
        "code": "keyword",
        "kind": "keywords",
        "version": "keywords-any-1",
        "label": "insult",
        "score": 0.3,
        "threshold": 0.2,
        "spans": [[4, 9, "clown", 0.3]],
    }


def test_policy_overrides_the_version():
    stricter = Policy(version="test-2", thresholds={"bert": {"toxic": 0.2}})
    assert decide([bert(toxic=0.3)], stricter, draw=0.9).reasons[0].threshold == 0.2


def test_quiet_labels_never_flag():
    quiet = Policy(version="test-3", quiet_labels=frozenset({"toxic"}))
    assert decide([bert(toxic=1.0)], quiet, draw=0.9).step == "clear"


def test_a_policy_may_act_by_itself():
    acting = Policy(version="test-4", act={"threat": 0.95})
    assert decide([bert(threat=0.96)], acting, draw=0.9).step == "act"
    assert decide([bert(threat=0.94)], acting, draw=0.9).step == "flag"
    # A list of words can't be that sure.
    assert decide([bert(threat=0.1), words("threat", 1.0)], acting, draw=0.9).step == "flag"


def test_other_order_of_deciding_kinds():
    baseline_first = Policy(version="test-5", deciding_kinds=("svm", "bert"))
    assert decide([bert(toxic=0.1), svm(toxic=0.9)], baseline_first, draw=0.9).flagged


@pytest.mark.parametrize(("draw", "audit", "weight"), [(0.0, True, 50.0), (0.0199, True, 50.0), (0.02, False, 1.0)])
def test_audit_of_what_nothing_flagged(draw, audit, weight):
    outcome = decide([bert(toxic=0.1)], Policy(version="test-6", audit_share=0.02), draw)
    assert (outcome.step, outcome.audit, outcome.sampling_weight) == ("clear", audit, weight)


def test_what_a_person_sees_anyway_is_not_audited():
    outcome = decide([bert(toxic=0.9)], dataclasses.replace(POLICY, audit_share=1.0), draw=0.0)
    assert (outcome.step, outcome.audit, outcome.sampling_weight) == ("flag", False, 1.0)


@pytest.mark.parametrize(("draw", "audit", "weight"), [(0.09, True, 10.0), (0.1, False, 1.0)])
def test_what_a_machine_removed_is_audited_too(draw, audit, weight):
    policy = dataclasses.replace(POLICY, audit_share=0.1, act={"insult": 0.8})
    outcome = decide([bert(insult=0.9)], policy, draw)
    assert (outcome.step, outcome.audit, outcome.sampling_weight) == ("act", audit, weight)


def test_rules_for_one_version_hold_for_it_alone():
    rules = VersionRules(thresholds={"toxic": 0.2}, act={"toxic": 0.7})
    policy = dataclasses.replace(POLICY, thresholds={"bert": {"toxic": 0.9}}, versions={"bert-en-1": rules})
    assert decide([bert(toxic=0.3)], policy, 0.5).step == "flag"
    assert decide([bert(toxic=0.7)], policy, 0.5).step == "act"
    assert decide([bert(toxic=0.1)], policy, 0.5).step == "clear"
    assert decide([bert(language="zh", toxic=0.7)], policy, 0.5).step == "clear"
    assert deciding_versions([bert(toxic=0.3), svm(toxic=0.9)], policy) == {"bert-en-1"}


@given(st.dictionaries(st.sampled_from(LABELS), st.floats(0, 1)), st.floats(0, 1), st.floats(0, 0.999))
def test_no_failed_model_is_ever_clear(scores, weight, draw):
    broken = VersionAnswer("bert-en-1", "bert", failed=True, language="en")
    other = VersionAnswer("svm-en-1", "svm", scores, LIMITS, language="en")
    assert decide([broken, other, words(weight=weight)], load_policy(), draw).step != "clear"


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_a_higher_score_never_clears(low, high, weight):
    low, high = sorted((low, high))
    before = decide([bert(insult=low), words(weight=weight)], POLICY, draw=0.9)
    after = decide([bert(insult=high), words(weight=weight)], POLICY, draw=0.9)
    assert after.flagged or not before.flagged


@pytest.mark.parametrize(
    ("given_values", "total"),
    [
        ({"severity": 0, "score": 0}, 0),
        ({"severity": 1, "score": 1}, 60),
        ({"severity": 0, "score": 0, "reporter_weights": [5, 5, 5]}, 15),
        ({"severity": 0, "score": 0, "reporter_weights": [1]}, 3.75),
        ({"severity": 0, "score": 0, "age_minutes": 30}, 7.5),
        ({"severity": 0, "score": 0, "age_minutes": 600}, 15),
        ({"severity": 0, "score": 0, "strikes": 2}, 4),
        ({"severity": 1, "score": 1, "reporter_weights": [99], "age_minutes": 600, "strikes": 9}, 100),
    ],
)
def test_priority_by_hand(given_values, total):
    priority = prioritise(weights=PriorityWeights(), **given_values)
    assert priority.total == pytest.approx(total)
    assert sum(priority.parts.values()) == pytest.approx(total)


def test_the_default_policy_removes_nothing_by_itself():
    policy = load_policy()
    assert policy.version == "default-1"
    assert not policy.act
    assert set(policy.severity) == set(LABELS)
    assert policy.keywords == KeywordRules()
