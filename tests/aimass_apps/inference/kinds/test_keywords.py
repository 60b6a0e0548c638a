import pytest

from aimass_apps.inference.kinds.keywords.predictor import WEIGHTS, BadWordList, Entry, KeywordPredictor, read_entries
from aimass_apps.inference.predictor import Answer, Item

LABELS = ("toxic", "obscene", "insult", "spam")
WORDS = KeywordPredictor(
    [
        Entry("idiot", "insult", 2),
        Entry("you idiot", "insult", 3),
        Entry("trash", "insult", 1, harmless=("trash bin",)),
        Entry("moron", "insult", 2, "start"),
        Entry("crap", "obscene", 1),
        Entry("free prize", "spam", 2),
        Entry("滚", "insult", 2, "any"),
        Entry("笨蛋", "insult", 2, "any"),
    ],
    LABELS,
    {"toxic": ["obscene", "insult"]},
)


def answer(text: str) -> Answer:
    return WORDS.predict([Item(text)])[0]


def matches(text: str) -> list[str]:
    return [text[span.start : span.end] for span in answer(text).spans]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("What an idiot.", ["idiot"]),
        ("What an IDIOT!", ["IDIOT"]),
        ("you idi0t", ["you idi0t"]),
        ("such an i.d.i.o.t today", ["i.d.i.o.t"]),
        ("idiotic idea", []),
        ("a moronic plan", ["moron"]),
        ("oxymoron", []),
        ("scraps and crape", []),
        ("take out the trash bin", []),
        ("this is trash", ["trash"]),
        ("你给我滚", ["滚"]),
        ("滚动条坏了", []),
        ("你这个笨 蛋", ["笨 蛋"]),
        ("have a nice day", []),
        ("", []),
    ],
)
def test_matches_land_on_the_original(text: str, found: list[str]) -> None:
    assert matches(text) == found


def test_scores_add_up_and_count_as_toxic() -> None:
    scores = answer("crap, what an idiot").scores
    assert scores["insult"] == pytest.approx(WEIGHTS[2])
    assert scores["obscene"] == pytest.approx(WEIGHTS[1])
    assert scores["toxic"] == pytest.approx(1 - (1 - WEIGHTS[2]) * (1 - WEIGHTS[1]))


def test_spam_is_not_toxic() -> None:
    assert answer("claim your free prize").scores == {
        "toxic": 0.0, "obscene": 0.0, "insult": 0.0, "spam": pytest.approx(WEIGHTS[2]),
    }  # fmt: skip


def test_the_longest_term_wins() -> None:
    (span,) = answer("hey you idiot").spans
    assert (span.rule, span.weight) == ("you idiot", WEIGHTS[3])


def test_no_entries_find_nothing() -> None:
    assert KeywordPredictor([], ("toxic",)).predict([Item("idiot")]) == [Answer({"toxic": 0.0})]


@pytest.mark.parametrize(
    "raw",
    [
        {"term": "x", "label": "insult", "severity": 4},
        {"term": " ", "label": "insult"},
        {"term": "x", "label": "insult", "match": "regex"},
        {"term": "x", "label": "insult", "colour": 1},
        {"label": "insult"},
    ],
)
def test_a_bad_entry_is_named(raw: dict[str, object]) -> None:
    with pytest.raises(BadWordList):
        read_entries([raw])
