"""Vital signs from outside: units, aliases, and clear words for what cannot be right."""

import pytest

from triage.clinical_text.vitals_in_text import fill_from_text
from triage.vitals import Vitals, VitalsError


def test_short_names_and_numeric_strings_are_understood() -> None:
    read = Vitals.from_mapping({"HR": "88", "rr": 16, "temp": "37.5", "bp": "120/80", "avpu": "A", "on_oxygen": "no"})
    assert read == Vitals(
        heart_rate=88, respiratory_rate=16, temperature=37.5, systolic=120, diastolic=80, consciousness="alert",
        oxygen=False,
    )  # fmt: skip


def test_empty_values_are_not_measured() -> None:
    assert Vitals.from_mapping({"spo2": "", "temperature": None}) == Vitals()


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"temperature": 101}, "temperature", "Fahrenheit"),
        ({"glucose": 126}, "glucose", "mg/dL"),
        ({"spo2": 101}, "spo2", "outside 30-100 %"),
        ({"heart_rate": -5}, "heart_rate", "outside"),
        ({"heart_rate": "fast"}, "heart_rate", "must be a number"),
        ({"heart_rate": True}, "heart_rate", "must be a number"),
        ({"heart_rate": "nan"}, "heart_rate", "finite"),
        ({"systolic": 80, "diastolic": 120}, "diastolic", "lower than the systolic"),
        ({"consciousness": "sleepy"}, "consciousness", "must be one of"),
        ({"gcs": 16}, "consciousness", "from 3 to 15"),
        ({"oxygen": "perhaps"}, "oxygen", "true or false"),
        ({"mood": 3}, "mood", "not a vital sign"),
    ],
)
def test_impossible_values_are_refused_by_field(given: dict[str, object], field: str, words: str) -> None:
    with pytest.raises(VitalsError) as caught:
        Vitals.from_mapping(given)
    assert words in caught.value.errors[field]


def test_all_wrong_fields_are_named_at_once() -> None:
    with pytest.raises(VitalsError) as caught:
        Vitals.from_mapping({"heart_rate": "x", "spo2": "y"})
    assert set(caught.value.errors) == {"heart_rate", "spo2"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("BP 84/50, HR 128, RR 26, sats 88% on air, temp 39.4", (84, 50, 128, 26, 88, 39.4)),
        ("Blood pressure is 120/80 mmHg, pulse of 72, respiratory rate 14, SpO2: 99%, temperature was 37.0 C",
         (120, 80, 72, 14, 99, 37.0)),
        ("Temperature 102.2 F, heart rate 110", (None, None, 110, None, None, 39.0)),
        ("No fever of 39.4 and never a pulse of 150; last year BP 200/120.", (None, None, None, None, None, None)),
        ("BP 75 and mottled, oxygen level 79", (75, None, None, None, 79, None)),
        ("No measurements were taken.", (None, None, None, None, None, None)),
    ],
)  # fmt: skip
def test_vital_signs_are_read_from_a_note(text: str, expected: tuple[float | None, ...]) -> None:
    found = fill_from_text(text, Vitals())
    read = (found.systolic, found.diastolic, found.heart_rate, found.respiratory_rate, found.spo2, found.temperature)
    assert read == expected


def test_the_form_wins_over_the_text_and_nonsense_is_left_aside() -> None:
    assert fill_from_text("pulse 140", Vitals(heart_rate=80)).heart_rate == 80
    assert fill_from_text("BP 50/90", Vitals()).diastolic is None


@pytest.mark.parametrize(
    ("score", "state"), [(15, "alert"), (14, "confused"), (9, "voice"), (8, "pain"), (3, "unresponsive")]
)
def test_a_glasgow_coma_score_is_understood(score: int, state: str) -> None:
    assert Vitals.from_mapping({"gcs": score}).consciousness == state
