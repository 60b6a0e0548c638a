import json

import pytest

from triage.evaluation.vignette_task import NAMES, UNKNOWN, condition_of, row
from triage.knowledge.load import load_catalogue

SPELT = json.loads(NAMES.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", SPELT["names"])
def test_every_name_stands_for_a_condition_of_the_catalogue_and_says_why(name: str) -> None:
    entry = SPELT["names"][name]
    assert entry["condition"] in load_catalogue().conditions
    assert len(entry["why"]) >= len("same disease")
    assert condition_of(name.title()) == entry["condition"]


@pytest.mark.parametrize("name", SPELT["misses"])
def test_what_only_looks_close_is_a_miss(name: str) -> None:
    assert name not in SPELT["names"]
    assert condition_of(name) == UNKNOWN


def test_own_names_and_synonyms_need_no_entry() -> None:
    assert condition_of("Labyrinthitis") == "labyrinthitis"
    assert condition_of("Atopic Dermatitis") == "eczema"
    assert condition_of("Something nobody has") == UNKNOWN
    known = {name for each in load_catalogue().conditions.values() for name in (each.name.lower(), *each.synonyms)}
    assert not known & set(SPELT["names"])


def test_a_vignette_is_told_in_a_clinicians_order() -> None:
    raw = {
        "absent_findings": "no fever.",
        "demographics": "A 30-year-old woman",
        "chief_complaints": "-",
        "presentation": "her ear aches",
        "correct_diagnosis": "Otitis Externa",
    }
    assert row(raw) == {
        "text": "A 30-year-old woman. her ear aches. no fever.",
        "condition": "otitis_externa",
        "diagnosis": "Otitis Externa",
    }
