"""Assertion detection by table, and its traps."""

import json
from pathlib import Path

import pytest

from triage.catalogue.assertion import find_assertions

CASES = json.loads((Path(__file__).parents[1] / "assertion_cases.json").read_text())


def test_the_table_has_at_least_three_hundred_phrases_of_every_status() -> None:
    statuses = [status for case in CASES for status in case["expect"].values()]
    assert len(CASES) >= 300
    assert {"present", "absent", "past", "family", "uncertain"} <= set(statuses)
    assert min(statuses.count(status) for status in ("absent", "past", "family", "uncertain")) >= 30


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:60])
def test_status_of_each_finding(case: dict[str, dict[str, str]]) -> None:
    expected = case["expect"]
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
