"""Invented cases of the catalogue as training rows: the condition, and the urgency as its own group of labels."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

from triage.clinical_text.demographics import read_demographics
from triage.corpus.generator.cases import generate_cases
from triage.corpus.generator.corruption import retold
from triage.knowledge.load import load_catalogue
from triage.levels import LEVELS

Row = tuple[str, dict[str, float]]


def condition_labels() -> list[str]:
    """Every condition of the catalogue, in its order."""
    return list(load_catalogue().conditions)


def urgency_labels() -> list[str]:
    """The levels as score names."""
    return [f"urgency:{level}" for level in LEVELS]


def case_rows(seed: int, n: int) -> Iterator[Row]:
    """`n` cases with their condition and their own urgency."""
    for case in generate_cases(n, seed):
        yield case.text, {case.condition: 1.0, f"urgency:{case.urgency}": 1.0}


def retold_rows(seed: int, n: int) -> Iterator[Row]:
    """`n` cases as `case_rows` gives them, told less neatly (`triage.corpus.generator.corruption`)."""
    rng = Random(f"retold {seed}")  # noqa: S311 - reproducible invented text, nothing secret
    for text, targets in case_rows(seed, n):
        yield retold(text, rng), targets


def further_rows(seed: int, n: int) -> Iterator[Row]:
    """Cases as `retold_rows` gives them, but others: what is fitted on those is measured on these."""
    yield from retold_rows(seed + 1, n)


def groups_of(text: str, condition: str) -> dict[str, str]:
    """The groups of a visit for which metrics are given: age band, sex, the condition's usual urgency, its system."""
    told, known = read_demographics(text), load_catalogue().conditions[condition]
    age = told.age_years
    bands = ((5, "0 to 4"), (18, "5 to 17"), (50, "18 to 49"), (65, "50 to 64"), (200, "65 and over"))
    return {
        "age": "not told" if age is None else next(name for until, name in bands if age < until),
        "sex": told.sex or "not told",
        "urgency": known.urgency,
        "system": known.system,
    }


def benign_notes(seed: int, n: int) -> Iterator[Row]:
    """Clinical notes as what they are for a moderator: nothing to see, however many bodies and drugs they name."""
    clear = dict.fromkeys(("toxic", "obscene", "threat", "insult", "identity_hate", "spam"), 0.0)
    for case in generate_cases(n, seed):
        # A note may well speak of self-harm: then that label is left open.
        yield case.text, clear if _OF_DEATH.search(case.text) else clear | {"self_harm": 0.0}


_OF_DEATH = re.compile(r"suicid|harm|kill|die|death|end (it|my life)", re.IGNORECASE)
