"""A written emergency diagnosis is believed; what is past, feared, denied or somebody else's is not."""

import pytest

from triage.knowledge.floor import Facts, safety_floor
from triage.knowledge.load import load_catalogue
from triage.knowledge.named_diagnoses import load_names, named_diagnoses
from triage.knowledge.note import read_note


def named(text: str) -> set[str]:
    return {each.condition for each in named_diagnoses(read_note(text).plain)}


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("STEMI on ambulance ECG", "myocardial_infarction"),
        ("?CVA", "ischaemic_stroke"),
        ("Query PE", "pulmonary_embolism"),
        ("FAST positive, onset 40 min", "ischaemic_stroke"),
        ("eclampsia", "eclampsia"),
        ("?pre-eclampsia", "pre_eclampsia"),
        ("paracetamol OD", "paracetamol_overdose"),
        ("known DKA, deteriorating", "diabetic_ketoacidosis"),
        ("考虑心梗", "myocardial_infarction"),
    ],
)
def test_a_professional_is_believed(text: str, condition: str) -> None:
    assert condition in named(text)
    level = load_catalogue().conditions[condition].urgency
    floor = safety_floor(text, Facts(40, "female"))
    assert any(flag.rule == f"named_{condition}" and flag.level == level for flag in floor.fired)


@pytest.mark.parametrize(
    "text",
    [
        "Hx of stroke 2015, here for a dressing.",
        "On warfarin for PE, sore toe.",
        "No sign of sepsis.",
        "Meningitis contact, well, asks for advice.",
        "Worried about a heart attack, has indigestion.",
        "Her father had a heart attack. She has a cold.",
        "Sepsis training next week.",
    ],
)
def test_what_is_not_of_now_is_not_named(text: str) -> None:
    assert named(text) == set()


def test_every_name_is_of_a_condition_that_cannot_wait() -> None:
    known = load_catalogue().conditions
    assert {known[name].urgency for name in load_names()} <= {"immediate", "very_urgent"}
