"""A Chinese note as findings, and told in English."""

import pytest

from triage.knowledge.chinese import chinese_wordings, find_chinese
from triage.knowledge.floor import Facts, safety_floor
from triage.knowledge.load import load_catalogue
from triage.knowledge.note import read_note


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("58岁男性，胸痛2小时，大汗", "A 58-year-old man. Chest pain for 2 hours. Sweating."),
        ("否认胸痛、发热，诉呕血两次", "No chest pain. No fever. Vomiting blood."),
        ("流鼻涕、打喷嚏三天，没有发烧", "Runny nose for 3 days. Sneezing. No fever."),
        (
            "父亲有冠心病，胸口突然很闷",
            "Family history of early heart disease. Sudden crushing or pressing chest pain.",
        ),
    ],
)
def test_a_note_is_told_in_english(text: str, english: str) -> None:
    told = read_note(text).english.text
    assert all(part in told for part in english.split(". "))


def test_the_longest_wording_counts_and_words_that_colour_may_stand_inside() -> None:
    assert [each.finding for each in find_chinese("右下腹痛")] == ["rlq_pain"]
    assert [each.finding for each in find_chinese("肚子一直有点疼")] == ["abdominal_pain"]


def test_every_common_finding_has_three_wordings() -> None:
    catalogue = load_catalogue()
    weight = dict.fromkeys(catalogue.findings, 0.0)
    for condition in catalogue.conditions.values():
        for finding, share in {**condition.findings, **condition.risk_factors}.items():
            weight[finding] += share * condition.prevalence
    common = sorted(weight, key=weight.__getitem__, reverse=True)[:300]
    assert [each for each in common if len(set(chinese_wordings()[each])) < 3] == []


def test_the_safety_rules_read_it() -> None:
    assert safety_floor("突发胸痛2小时伴大汗", Facts(60, "male")).level in {"immediate", "very_urgent"}
    assert safety_floor("血压 72/40，心率 138，有点头晕", Facts(60, "male")).level == "immediate"
    assert safety_floor("未出现发热，未出现胸痛，只是来开药", Facts(40, "male")).level is None


def test_a_place_in_the_english_is_one_of_the_chinese() -> None:
    text = "58岁男性，胸痛2小时"
    note = read_note(text).english
    start = note.text.index("Chest pain")
    first, last = note.origin(start, start + 10)
    assert text[first:last] == "胸痛"
