import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.clinical_text.denials import without_denials
from triage.model_input import tell_facts


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Fever and cough. No chest pain, no rash.", "Fever and cough."),
        ("He has a headache but denies neck stiffness or vomiting.", "He has a headache but."),
        ("She denies fever, but has chills.", ", but has chills."),
        ("No fever. Sore throat for two days.", "Sore throat for two days."),
        ("Cough for a week, no fever, and she reports wheezing.", "Cough for a week and she reports wheezing."),
        ("He no longer eats and has no appetite.", "He no longer eats and has no appetite."),
        ("She cannot walk. There is no relief from rest.", "She cannot walk. There is no relief from rest."),
        ("Negative for chills, sweating. Temp 39.", "Temp 39."),
        ("She does not have a rash or a fever; her knee hurts.", "her knee hurts."),
        ("Nothing denied here, I feel sick.", "Nothing denied here, I feel sick."),
        ("No fever, no cough.", "No fever, no cough."),
        ("", ""),
    ],
)
def test_denied_findings_go_and_the_rest_stays(text: str, left: str) -> None:
    words = lambda each: each.replace(",", "").replace(".", "").split()  # noqa: E731 - used twice, here
    assert words(without_denials(text)) == words(left)


@given(st.text(max_size=200))
def test_something_is_always_left(text: str) -> None:
    assert without_denials(text).strip() or not text.strip(" ,;").strip()


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({}, "Cough."),
        ({"age_years": 54, "sex": "female"}, "A 54-year-old woman. Cough."),
        ({"age_years": 0.5, "sex": "male"}, "A 6-month-old boy. Cough."),
        ({"age_years": 9}, "A 9-year-old child. Cough."),
        ({"sex": "female", "pregnant": True}, "A pregnant woman. Cough."),
        ({"vitals": {"temperature": 39.2, "heart_rate": 120, "spo2": None}}, "Cough. Observations: T 39.2, HR 120."),
        ({"vitals": {}}, "Cough."),
    ],
)
def test_facts_are_told_around_the_text(facts: dict[str, object], told: str) -> None:
    assert tell_facts("Cough.", facts) == told
