"""Findings named in any order of words, and those that vital signs show."""

import pytest

from triage.clinical_text.finding_recogniser import Recogniser, content_words, stem
from triage.knowledge.measured import measured_findings
from triage.vitals import Vitals

WORDINGS = {
    "low_back_pain": ["low back pain", "my lower back hurts"],
    "swollen_knee": ["knee swelling"],
    "insomnia": ["insomnia", "I can't sleep"],
    "fever": ["fever", "burning up"],
    "burning_feet": ["burning feet", "feet burning at night"],
    "burning_urine": ["burning urine"],
    "burning_eyes": ["burning eyes"],
    "blood_pressure": ["high blood pressure", "a pressure of 190/110"],
}


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    return Recogniser(WORDINGS)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Pain in the lower back.", {"low_back_pain"}),
        ("The left knee is very swollen.", {"swollen_knee"}),
        ("The knee hurts. Swelling of the ankle.", set()),
        ("At night I cannot sleep.", {"insomnia"}),
        ("I sleep well and can't complain.", set()),
        ("A burning sensation.", set()),
        ("Burning of both feet.", {"burning_feet"}),
        ("A pressure of 120 was measured.", set()),
        ("", set()),
    ],
)
def test_content_words_near_each_other_name_a_finding(recogniser: Recogniser, text: str, named: set[str]) -> None:
    assert {finding for _, _, finding in recogniser.mentions(text)} == named


def test_a_mention_spans_its_words_and_is_asserted(recogniser: Recogniser) -> None:
    text = "No fever. Swelling of the right knee since Monday."
    found = {each.finding: each for each in recogniser.assertions(text)}
    assert found["fever"].status == "absent"
    assert found["swollen_knee"].status == "present"
    assert text[found["swollen_knee"].start : found["swollen_knee"].end] == "Swelling of the right knee"


@pytest.mark.parametrize(
    ("one", "other"),
    [("vomiting", "vomited"), ("dizzy", "dizziness"), ("diarrhoea", "diarrhea"), ("swollen", "swelling")],
)
def test_endings_and_spellings_share_a_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


def test_little_words_carry_no_meaning() -> None:
    assert [word.stem for word in content_words("It is in my knees")] == [stem("knee")]


def test_vital_signs_are_findings_by_age() -> None:
    adult = measured_findings(Vitals(temperature=39.6, heart_rate=120, systolic=85), 40)
    assert adult.present == {"high_fever", "fever", "tachycardia", "hypotension"}
    assert {"low_grade_fever", "bradycardia", "severe_hypertension"} <= adult.absent
    child = measured_findings(Vitals(heart_rate=120, systolic=85), 2)
    assert child.present == frozenset()
    assert "hypotension" not in child.absent
    assert measured_findings(Vitals(), None) == (frozenset(), frozenset())
