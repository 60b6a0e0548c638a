"""Which model may overrule a word of the keyword lists: by label, language and the versions that are live."""

import json

import pytest

from aimass_apps.inference.predictor import Span
from aimass_apps.inference.scoring import load_versions, score_lines
from moderation.decide import KEYWORD, VersionAnswer, decide, load_policy
from moderation.labels import LABELS
from moderation.score_line import PostScorer

# Whose low score speaks against a word of the label. `toxic` covers kinds of abuse, and nothing else.
SPEAKS = {
    "toxic": {"toxic"},
    "severe_toxic": {"severe_toxic", "toxic"},
    "obscene": {"obscene", "toxic"},
    "threat": {"threat", "toxic"},
    "insult": {"insult", "toxic"},
    "identity_hate": {"identity_hate", "toxic"},
    "sexual": {"sexual"},
    "self_harm": {"self_harm"},
    "spam": {"spam"},
}
TOXIC, MOST, ALL = {"toxic"}, set(LABELS) - {"sexual"}, set(LABELS)


def model(kind: str, language: str, knows: set[str], failed: bool = False) -> VersionAnswer:
    """A model that finds nothing at all in the text."""
    scores = {} if failed else dict.fromkeys(knows, 0.0)
    return VersionAnswer(
        f"{kind}-{language}", kind, scores, dict.fromkeys(LABELS, 0.5), failed=failed, language=language
    )


# What is live, and for a list of each language what the models know that may have read its words.
LIVE = [
    pytest.param([], {"en": [], "zh": [], "any": []}, id="no model"),
    pytest.param([model("bert", "en", MOST)], {"en": [MOST], "zh": [], "any": [MOST]}, id="English alone"),
    pytest.param([model("bert", "zh", TOXIC)], {"en": [], "zh": [TOXIC], "any": [TOXIC]}, id="Chinese alone"),
    pytest.param(
        [model("bert", "en", ALL), model("svm", "zh", TOXIC)],
        {"en": [ALL], "zh": [TOXIC], "any": [ALL, TOXIC]},
        id="a model that reads English says nothing of Chinese words",
    ),
    pytest.param(
        [model("bert", "en", TOXIC), model("svm", "en", ALL)],
        {"en": [TOXIC], "zh": [], "any": [TOXIC]},
        id="a model that does not decide overrules nothing",
    ),
    pytest.param(
        [model("bert", "en", ALL, failed=True), model("svm", "en", TOXIC)],
        {"en": [TOXIC], "zh": [], "any": [TOXIC]},
        id="a model that failed overrules nothing",
    ),
    pytest.param(
        [model("ensemble", "any", MOST), model("bert", "en", ALL)],
        {"en": [MOST], "zh": [MOST], "any": [MOST]},
        id="an ensemble of every language",
    ),
    pytest.param([model("llm", "any", ALL)], {"en": [], "zh": [], "any": []}, id="a kind without a vote"),
]


@pytest.mark.parametrize(("live", "readers"), LIVE)
@pytest.mark.parametrize("language", ["en", "zh", "any"])
@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("weight", [0.35, 0.7, 0.95])
def test_a_word_is_overruled_by_what_knows_its_label_and_language(live, readers, language, label, weight):
    found = (Span(0, 2, label, "word", weight),)
    words = VersionAnswer(f"keywords-{language}", "keywords", {label: weight}, {}, found, language=language)
    outcome = decide([*live, words], load_policy(), draw=1.0)
    known = readers[language]
    overruled = bool(known) and all(knows & SPEAKS[label] for knows in known)
    # A severe word needs nobody, a mild one never counts by itself.
    stands = weight > 0.9 or (weight > 0.6 and not overruled)
    assert (KEYWORD in {reason.code for reason in outcome.reasons}) is stands


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("我想自杀", "self_harm"),
        ("有时候觉得活着没意思", "self_harm"),
        ("加我看裸照", "sexual"),
        ("free porn for everyone here", "sexual"),
    ],
)
def test_what_ships_flags_words_that_no_model_of_the_language_knows(shipped, text, label):
    (result,) = score_lines([json.dumps({"id": 1, "text": text})], PostScorer(load_policy()), shipped)
    assert result["flagged"]
    assert (KEYWORD, label) in {(reason["code"], reason["label"]) for reason in result["reasons"]}


@pytest.fixture(scope="module")
def shipped():
    return load_versions("moderation")
