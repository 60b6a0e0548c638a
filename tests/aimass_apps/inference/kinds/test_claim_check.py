"""A language model's words: what is read from them, and which claims stand on words of the text."""

import json
from typing import Any

import pytest

from aimass_apps.inference.kinds.llm.claim_check import Folded, check_claims
from aimass_apps.inference.kinds.llm.reader import Claim
from aimass_apps.inference.predictor import Answer, NoAnswer
from triage.llm.reply_schema import read_claims

TEXT = "Crushing chest pain, sweating. Denies fever. Café noir."
LABELS = ("infarction", "cold", "urgency:immediate", "urgency:self_care")


class Reader:
    """Everything in the first sentence is asserted; the rest is denied."""

    def offers(self, item: object, labels: object, most: int) -> list[Any]:
        return []

    def status(self, text: str, start: int, end: int) -> str:
        return "present" if end <= text.index(".") else "absent"


def said(**changed: Any) -> dict[str, Any]:
    usual = {
        "conditions": [{"id": "infarction", "probability": 0.7, "quotes": ["crushing chest pain"]}],
        "urgency": {"level": "immediate", "quotes": ["sweating"]},
    }
    return usual | changed


def condition(label: str, probability: Any = 0.5, *quotes: Any) -> dict[str, Any]:
    return {"id": label, "probability": probability, "quotes": list(quotes or ["sweating"])}


def check(words: dict[str, Any]) -> Answer:
    return check_claims(read_claims(json.dumps(words)), labels=LABELS, text=TEXT, reader=Reader())


def test_a_supported_answer_keeps_places_and_no_words() -> None:
    answer = check(said())
    assert answer.scores == {"infarction": 0.7, "urgency:immediate": 1.0}
    assert [(TEXT[span.start : span.end], span.label, span.rule) for span in answer.spans] == [
        ("Crushing chest pain", "infarction", "quoted"),
        ("sweating", "urgency:immediate", "quoted"),
    ]


def test_a_claim_that_rests_on_a_denied_finding_is_dropped_and_said() -> None:
    answer = check(said(conditions=[condition("cold", 0.9, "fever"), condition("infarction", 0.1)]))
    assert set(answer.scores) == {"infarction", "urgency:immediate"}
    assert ("cold", "absent", 0.0) in [(span.label, span.rule, span.weight) for span in answer.spans]


def test_one_good_quote_carries_a_claim_and_the_bad_one_is_said() -> None:
    answer = check(said(conditions=[condition("infarction", 0.5, "leg swelling", "sweating")]))
    assert answer.scores["infarction"] == 0.5
    assert [span.rule for span in answer.spans if span.label == "infarction"] == ["not_in_text", "quoted"]


def test_labels_of_its_own_are_not_even_kept_as_words() -> None:
    answer = check(said(conditions=[condition("patient is John Smith"), condition("infarction")]))
    assert set(answer.scores) == {"infarction", "urgency:immediate"}
    assert "John" not in repr(answer)


@pytest.mark.parametrize(
    ("conditions", "level", "quote", "code"),
    [
        ([condition("flu")], "tomorrow", "sweating", "outside_catalogue"),
        ([condition("cold", 0.5, "not there")], "self_care", "nor here", "unsupported"),
        ([], "self_care", "fever", "unsupported"),
        ([condition("flu")], "self_care", "fever", "unsupported"),
    ],
)
def test_nothing_left_is_no_answer_and_no_level(
    conditions: list[dict[str, Any]], level: str, quote: str, code: str
) -> None:
    with pytest.raises(NoAnswer) as caught:
        check(said(conditions=conditions, urgency={"level": level, "quotes": [quote]}))
    assert (caught.value.code, caught.value.again) == (code, False)
    assert caught.value.spans
    assert {span.weight for span in caught.value.spans} == {0.0}


@pytest.mark.parametrize(
    "words",
    [
        "I'm sorry, I can't help with medical questions.",
        '{"conditions": [',
        '{"conditions": [{"id": "cold", "probability": NaN, "quotes": []}], "urgency": {}}',
        "[" * 100_000,
    ],
)
def test_words_that_are_no_json(words: str) -> None:
    with pytest.raises(NoAnswer, match="not_json"):
        read_claims(words)


@pytest.mark.parametrize(
    "changed",
    [
        {"conditions": None},
        {"conditions": {"id": "cold"}},
        {"conditions": ["cold"]},
        {"conditions": [condition("cold", "very likely")]},
        {"conditions": [condition("cold", True)]},
        {"conditions": [condition("cold", 70)]},
        {"conditions": [condition("cold", -0.1)]},
        {"conditions": [{"id": 7, "probability": 0.5, "quotes": []}]},
        {"conditions": [{"id": "cold", "probability": 0.5, "quotes": "sweating"}]},
        {"conditions": [condition("cold", 0.5, 7)]},
        {"conditions": [{"id": "cold", "probability": 0.5}]},
        {"urgency": "self_care"},
        {"urgency": {"level": None, "quotes": []}},
    ],
)
def test_json_of_another_shape(changed: dict[str, Any]) -> None:
    with pytest.raises(NoAnswer, match="wrong_shape"):
        read_claims(json.dumps(said(**changed)))


@pytest.mark.parametrize("wrapped", ["```json\n%s\n```", "```\n%s```", "<think>Hm. {}</think>\n%s", "  %s\n"])
def test_a_fence_or_a_thought_around_the_answer_does_no_harm(wrapped: str) -> None:
    assert read_claims(wrapped % json.dumps(said()))[0] == Claim("infarction", 0.7, ("crushing chest pain",))


def test_more_than_everything_is_brought_down_to_one() -> None:
    answer = check(said(conditions=[condition("infarction", 0.9), condition("cold", 0.9), condition("cold", 0.1)]))
    assert answer.scores == {"infarction": 0.5, "cold": 0.5, "urgency:immediate": 1.0}


@pytest.mark.parametrize(
    ("text", "quote", "found"),
    [
        (TEXT, "CRUSHING  chest\npain,", "Crushing chest pain"),
        (TEXT, "“sweating”.", "sweating"),
        (TEXT, '"sweating".', "sweating"),
        (TEXT, "cafe noir", "Café noir"),
        (TEXT, "chest pai", None),
        (TEXT, "est pain", None),
        (TEXT, "", None),
        (TEXT, " ... ", None),
        ("it’s the patient's leg", "It's the patient’s leg", "it’s the patient's leg"),
        ("胸口 压榨样疼痛，出汗", "压榨样疼痛", "压榨样疼痛"),
        ("ﬁrst  of\tall, 38.5°C", "first of all", "ﬁrst  of\tall"),
    ],
)
def test_quotes_are_found_as_whole_words_whatever_their_dress(text: str, quote: str, found: str | None) -> None:
    places = [text[start:end] for start, end in Folded(text).find(quote)]
    assert places == ([found] if found else [])
