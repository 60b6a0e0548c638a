"""Judged by people who saw no rule: what the readers and the floor reach on it, so that no change loses it unseen."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest

from triage.clinical_text.assertion import assert_mentions
from triage.clinical_text.demographics import read_demographics
from triage.clinical_text.shorthand import Note, write_out
from triage.clinical_text.vitals_in_text import read_vitals
from triage.evaluation.judged import FOLDER, SETS, is_sealed, judged_metrics, read_judged
from triage.evaluation.urgency import case_texts, propose
from triage.knowledge.floor import Facts, safety_floor
from triage.knowledge.load import load_catalogue, usual_urgencies
from triage.levels import LEVELS
from triage.policy import load_policy

# How far a reading may lie from the judged one: a range's ends, "150s", a kilopascal, weeks as years.
NEAR = {"heart_rate": 9.9, "systolic": 2.1, "diastolic": 2.1, "temperature": 0.11, "glucose": 0.11, "age_years": 0.5}


def rows(name: str) -> Iterator[dict[str, Any]]:
    with (FOLDER / name).open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def test_the_files_are_those_that_were_hashed_before_the_reading_was_built() -> None:
    listed = dict(reversed(line.split()) for line in (FOLDER / "files.sha256").read_text().splitlines())
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in FOLDER.glob("*.jsonl")}
    assert found == listed


def test_every_case_names_known_levels_and_conditions_and_none_may_be_trained_on() -> None:
    known, never = load_catalogue().conditions, set(case_texts())
    for name in SETS.values():
        for case in read_judged(FOLDER / name, (False, True)):
            assert case.level in case.acceptable
            assert set(case.acceptable) <= set(LEVELS)
            assert set(case.conditions) <= set(known)
            assert case.text in never


@pytest.mark.parametrize(("sealed", "least"), [(False, 98), (True, 88)])
def test_vital_signs_age_and_pregnancy_in_notes(sealed: bool, least: int) -> None:
    right = [_reads(raw) for raw in rows("vitals_text.jsonl") if is_sealed(raw["id"]) == sealed]
    assert sum(right) >= least


def _reads(raw: dict[str, Any]) -> bool:
    note = write_out(raw["text"]).text
    who = read_demographics(note)
    found: dict[str, Any] = {read.name: read.value for read in read_vitals(note)}
    found |= {"age_years": who.age_years} if who.age_years is not None else {}
    found |= {"pregnant": True} if who.pregnant else {}
    wanted = {name: value for name, value in raw["expect"].items() if name != "sex"}
    return found.keys() == wanted.keys() and all(_near(name, found[name], wanted[name]) for name in wanted)


def _near(name: str, one: Any, other: Any) -> bool:
    if isinstance(one, bool | str) or isinstance(other, bool | str):
        return bool(one == other)
    young = name == "age_years" and float(other) < 2
    return abs(float(one) - float(other)) <= (0.02 if young else NEAR.get(name, 0.6))


@pytest.mark.parametrize(("sealed", "present", "others"), [(False, 70, 62), (True, 50, 50)])
def test_whose_a_finding_is_and_whether_it_is_there(sealed: bool, present: int, others: int) -> None:
    right = {True: 0, False: 0}
    for raw in rows("assertion.jsonl"):
        if is_sealed(raw["id"]) == sealed:
            there = raw["status"] == "present"
            right[there] += (_status(raw) == "present") == there
    assert right[True] >= present
    assert right[False] >= others


def _status(raw: dict[str, Any]) -> str:
    note = write_out(raw["text"])
    start = raw["text"].index(raw["phrase"])
    first, last = _place(note, start, start + len(raw["phrase"]))
    return assert_mentions(note.text, [(first, last, "finding")])[0].status


def _place(note: Note, start: int, end: int) -> tuple[int, int]:
    """Where characters of the note as written stand in the plain text."""
    if note.offsets is None:
        return start, end
    places = [place for place, (first, last) in enumerate(note.offsets) if first < end and last > start]
    first = next(place for place in places if note.text[place] != " ")
    return first, places[-1] + 1


@pytest.mark.parametrize("name", ["judged-notes", "judged-words", "judged-chinese"])
def test_the_floor_alone_calls_most_emergencies_one(name: str) -> None:
    cases = read_judged(FOLDER / SETS[name], (False, True))
    outcomes = [propose(case, {}, load_policy(), usual_urgencies()) for case in cases]
    assert judged_metrics(cases, outcomes).emergencies.value >= 0.6


def test_the_same_words_ask_for_the_same_floor_in_women_and_men_of_any_adult_age() -> None:
    for raw in rows("presentations.jsonl"):
        levels = {
            (age, safety_floor(raw["text"], Facts(age, "female")).level)
            == (age, safety_floor(raw["text"], Facts(age, "male")).level)
            for age in (20, 35, 50, 65, 80)
        }
        assert levels == {True}, raw["id"]


@pytest.mark.parametrize("kind", ["abbreviation", "spelling"])
def test_writing_an_abbreviation_out_hardly_ever_changes_the_floor(kind: str) -> None:
    pairs = [raw for raw in rows("pairs.jsonl") if raw["kind"] == kind]
    same = sum(
        safety_floor(raw["short"], _facts(raw)).level == safety_floor(raw["long"], _facts(raw)).level for raw in pairs
    )
    assert same >= 0.85 * len(pairs)


def _facts(raw: dict[str, Any]) -> Facts:
    return Facts(raw.get("age"), raw.get("sex"), raw.get("pregnant"))
