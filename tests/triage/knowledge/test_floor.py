"""The safety floor beyond its single rules: whom it is for, what it reads, what it says when it can't tell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.clinical_text.demographics import read_demographics
from triage.clinical_text.shorthand import write_out
from triage.knowledge.floor import Facts, safety_floor
from triage.knowledge.scales import NEWS2
from triage.vitals import Vitals


def _rules(text: str, facts: Facts) -> set[str]:
    return {flag.rule for flag in safety_floor(text, facts).fired}


def test_a_quiet_text_without_vital_signs_has_no_level_and_says_what_is_missing() -> None:
    floor = safety_floor("Dry itchy skin behind the knees each winter.", Facts(34, "male"))
    assert floor.level is None
    assert floor.fired == ()
    score = dict(floor.scores)[NEWS2]
    assert score.points == {}
    assert set(score.missing) == {
        "respiratory_rate", "spo2", "oxygen", "systolic", "heart_rate", "temperature", "consciousness",
    }  # fmt: skip


def test_spans_point_at_the_words_that_fired() -> None:
    text = "Since noon crushing chest pain, spreading to my jaw."
    flag = next(flag for flag in safety_floor(text, Facts(60)).fired if flag.rule == "acs")
    assert "chest pain" in {text[start:end] for start, end in flag.spans}


@pytest.mark.parametrize(
    "text",
    [
        "No chest pain, no breathlessness, not sweating.",
        "Father had a heart attack with crushing chest pain.",
        "Had crushing chest pain two years ago.",
        "Worried about chest pain and asks what to do if he gets chest pain.",
        "Read about meningitis; no fever, no stiff neck, no rash.",
        "She is not suicidal and has no thoughts of harming herself.",
    ],
)
def test_negated_past_family_and_feared_findings_do_not_fire(text: str) -> None:
    assert safety_floor(text, Facts(60, "female")).fired == ()


def test_news2_is_for_adults_who_are_not_pregnant() -> None:
    vitals = Vitals(respiratory_rate=26, heart_rate=120)
    assert NEWS2 in dict(safety_floor("Unwell.", Facts(40, vitals=vitals)).scores)
    assert NEWS2 not in dict(safety_floor("Unwell.", Facts(15.9, vitals=vitals)).scores)
    assert NEWS2 not in dict(safety_floor("Unwell.", Facts(30, "female", True, vitals)).scores)
    assert NEWS2 not in dict(safety_floor("20 weeks pregnant, unwell.", Facts(30, "female", None, vitals)).scores)


def test_limits_of_age_are_half_open() -> None:
    text = "Fever since this morning."
    assert "infant_fever" in _rules(text, Facts(0.2499))
    assert "infant_fever" not in _rules(text, Facts(0.25))


def test_an_unknown_age_keeps_adult_rules_and_leaves_those_for_infants() -> None:
    fired = _rules("Tight chest, sweating, fever.", Facts())
    assert "acs" in fired
    assert "infant_fever" not in fired


def test_sex_limits_hold_and_an_unknown_sex_is_either() -> None:
    text = "Pain in the left testicle since an hour."
    assert "testicular_torsion" in _rules(text, Facts(15, "male"))
    assert "testicular_torsion" in _rules(text, Facts(15))
    assert "testicular_torsion" not in _rules(text, Facts(15, "female"))


def test_age_and_vital_signs_are_read_from_a_note_that_gives_them() -> None:
    floor = safety_floor("A 5-week-old girl, temp 38.6.", Facts())
    assert {"fever_for_age", "infant_fever"} & {flag.rule for flag in floor.fired}
    assert safety_floor("Unwell. BP 78/40, HR 132.", Facts(50)).level == "immediate"


def test_pregnancy_told_in_the_text_counts_and_a_denied_one_does_not() -> None:
    assert "hypertension_pregnancy" in _rules(
        "26 weeks pregnant.", Facts(30, "female", None, Vitals(systolic=148, diastolic=92))
    )
    assert "hypertension_pregnancy" not in _rules(
        "Not pregnant.", Facts(30, "female", None, Vitals(systolic=148, diastolic=92))
    )


@pytest.mark.parametrize(
    ("text", "facts", "contradictions"),
    [
        ("A 70-year-old man with cough.", Facts(17, "female"), ("age", "sex")),
        ("A 70-year-old man with cough.", Facts(70.8, "male"), ()),
        ("Cough.", Facts(40, "male", True), ("pregnant",)),
    ],
)
def test_contradictions_are_named(text: str, facts: Facts, contradictions: tuple[str, ...]) -> None:
    assert safety_floor(text, facts).contradictions == contradictions


@pytest.mark.parametrize(
    ("text", "age", "sex"),
    [
        ("A 54-year-old man presents with pain.", 54, "male"),
        ("My 6 week old daughter has a fever.", 6 / 52.18, "female"),
        ("Three-month-old boy, cough.", 0.25, "male"),
        ("Woman, 34: headache.", 34, "female"),
        ("72 yo F with fever", 72, "female"),
        ("Headache since Monday.", None, None),
        ("Fever for 5 days.", None, None),
        ("患者，45岁，男性", 45, "male"),
    ],
)
def test_age_and_sex_as_a_text_tells_them(text: str, age: float | None, sex: str | None) -> None:
    told = read_demographics(write_out(text).text)
    assert told.sex == sex
    assert told.age_years == (None if age is None else pytest.approx(age))


@pytest.mark.parametrize(
    ("text", "age", "rule"),
    [
        ("胸痛两小时，大汗。", 60, "acs"),
        ("突然左半边身体无力，说话不清，半小时了", 60, "stroke"),
        ("喝了农药，呕吐", 45, "poison_swallowed"),
        ("高烧39.5，抽搐五分钟，叫不醒", 3, "unconscious"),
        ("吃了虾后嘴唇肿，呼吸困难", 30, "anaphylaxis"),
        ("发热、剧烈头痛、脖子僵硬", 20, "meningism"),
        ("早上突然睾丸剧痛", 16, "testicular_torsion"),
        ("我想自杀，药准备好了。", 30, "suicide_plan"),
        ("我不想活了，药已经准备好了", 35, "suicidal_with_means"),
        ("宝宝五周，发烧38.5，不吃奶", 0.1, "infant_fever"),
        ("孕34周，血压160/110，头痛眼花", 34, "preeclampsia"),
    ],
)
def test_chinese_emergencies_fire(text: str, age: float, rule: str) -> None:
    assert rule in _rules(text, Facts(age))


@pytest.mark.parametrize(
    "text",
    [
        "没有胸痛，流鼻涕。",
        "没有胸痛，没有呼吸困难，只是咳嗽",
        "父亲有心脏病，我没有胸痛",
        "担心自己得了脑膜炎，没有发热头痛",
        "去年有过胸痛，现在没有不舒服",
    ],
)
def test_chinese_negated_past_and_feared_findings_do_not_fire(text: str) -> None:
    assert safety_floor(text, Facts(40)).fired == ()


PIECES = ["No", "chest pain", ",", "or", "fever", ".", "İ", "没有", "胸痛", "\n", "BP 1/2", "but"]


@given(
    text=st.text(max_size=200) | st.lists(st.sampled_from(PIECES)).map(" ".join),
    age=st.none() | st.floats(0, 120, allow_nan=False),
)
def test_no_text_breaks_the_floor_and_spans_lie_inside_it(text: str, age: float | None) -> None:
    for flag in safety_floor(text, Facts(age)).fired:
        assert all(0 <= start < end <= len(text) for start, end in flag.spans)


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("A thunderclap headache while shopping.", Facts(44, "female")),
        ("Fever since last night and her neck is stiff.", Facts(19, "female")),
        ("Sudden pain in the left testicle.", Facts(16, "male")),
        ("Back pain, and numb in the saddle area.", Facts(50, "male")),
        ("34 weeks pregnant, headache, blood pressure 165/112.", Facts(30, "female")),
        ("She says she wants to die and plans to end her life tonight.", Facts(35, "female")),
    ],
)
def test_the_classic_red_flags_are_very_urgent_or_worse(text: str, facts: Facts) -> None:
    assert safety_floor(text, facts).level in {"immediate", "very_urgent"}


@pytest.mark.parametrize(
    "text", ["突然剧烈头痛，像炸开一样", "发烧，脖子僵硬", "胸口压榨样疼痛，出冷汗", "左半身无力，说话不清"]
)
def test_chinese_red_flags_fire(text: str) -> None:
    assert safety_floor(text, Facts(55, "male")).level in {"immediate", "very_urgent"}
