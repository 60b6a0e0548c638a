"""Misspelt words are read as the catalogue's word that they are nearest to; other words stay."""

import pytest

from triage.knowledge.note import read_note
from triage.knowledge.spelling import nearest

SLIPS = {
    "tempriture": "temperature", "cheast": "chest", "pian": "pain", "numonia": "pneumonia", "seazure": "seizure",
    "diarhoea": "diarrhoea", "vomitting": "vomiting", "unconcious": "unconscious",
    "brething": "breathing", "headake": "headache", "sistitis": "cystitis", "stomache": "stomach", 
    "bleading": "bleeding",
}  # fmt: skip


@pytest.mark.parametrize(("slip", "meant"), SLIPS.items())
def test_a_slip_is_read_as_what_was_meant(slip: str, meant: str) -> None:
    assert nearest(slip) == meant
    assert meant in read_note(f"He has {slip} since this morning.").plain.text


@pytest.mark.parametrize(
    "text",
    [
        "Gaviscon and Ramipril from Dr Kowalczyk",  # names
        "Rehydration salts, the child is consolable.",  # a prefix turns the meaning
        "He was syringing the radiator while knitting.",
        "xylophonist qwrtzp",
    ],
)
def test_what_is_no_slip_stays(text: str) -> None:
    assert read_note(text).plain.text == text
