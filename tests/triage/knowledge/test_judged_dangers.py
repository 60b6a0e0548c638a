"""Vital signs judged by somebody who had not seen the rules, from the published tables alone.

`at_least` is the urgency under which the rules would be unsafe; empty: normal, so neither of the two most urgent. When
the cases came, the floor agreed on 130 of 150; rules were added because of them, so they prove no more than that what
was found is cured.
"""

import csv
from pathlib import Path

import pytest

from triage.knowledge.floor import Facts, safety_floor
from triage.levels import LEVELS
from triage.vitals import Vitals

CASES = list(csv.DictReader((Path(__file__).parent / "judged_dangers.csv").read_text(encoding="utf-8").splitlines()))
NUMBERS = ("heart_rate", "respiratory_rate", "spo2", "systolic", "diastolic", "temperature")
# Where the floor asks for one level less than the judge, and why that is left to the clinician and the models.
OTHERWISE = {
    "c003": "a newborn's pulse of 88: two points of Bedside PEWS, found in sleep",
    "c009": "SpO2 of exactly 92 % at four weeks: the limit is under 92",
    "c017": "a newborn's pulse, respiration and temperature each just inside its limit",
    "c031": "two signs of NICE's sepsis criteria with fever at seven months: those criteria are not in the floor",
    "c034": "a pressure of exactly 70 + 2 x years: the limit is under it",
    "c074": "244/138 without a symptom: three points of NEWS2, urgent",
    "c095": "NEWS2 of 6 with a shock index over 1: shock index is not in the floor",
    "c113": "after birth with a shock index over 1: shock index is not in the floor",
}


def _floor(case: dict[str, str]) -> str | None:
    measured = {sign: float(case[sign]) for sign in NUMBERS if case[sign]}
    vitals = Vitals(**measured, consciousness=case["consciousness"] or None)  # type: ignore[arg-type]
    age = float(case["age_years"]) if case["age_years"] else None
    pregnant = {"yes": True, "no": False}.get(case["pregnant"])
    facts = Facts(age, case["sex"], pregnant, vitals, case["after_birth"] == "yes")  # type: ignore[arg-type]
    return safety_floor("Unwell.", facts).level


def _rank(level: str | None) -> int:
    return LEVELS.index(level) if level else len(LEVELS)  # type: ignore[arg-type]


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_the_floor_is_not_under_the_judge(case: dict[str, str]) -> None:
    found, wanted = _rank(_floor(case)), case["at_least"]
    if not wanted:
        assert found > LEVELS.index("very_urgent")
    elif case["id"] in OTHERWISE:
        assert found > _rank(wanted)  # once it agrees, the exception goes
    else:
        assert found <= _rank(wanted)
