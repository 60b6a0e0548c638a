"""Vital signs written into the text of a note ("BP 84/50, HR 128, sats 88 % on air")."""

import re
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Final

from triage.clinical_text.assertion import find_assertions
from triage.vitals import RANGES, Vitals, VitalsError

_IS = r"(?:\s*(?:is|was|of|at|:|=|reads?|reading|rate)){0,2}\s*"
_PATTERNS: Final[Mapping[str, re.Pattern[str]]] = {
    "pressure": re.compile(
        rf"\b(?:bp|blood pressure|pressure){_IS}(\d{{2,3}})\s*(?:/|over)\s*(\d{{2,3}})", re.IGNORECASE
    ),
    "heart_rate": re.compile(rf"\b(?:hr|heart rate|pulse(?: rate)?|p){_IS}(\d{{2,3}})\b(?!\s*%)", re.IGNORECASE),
    "respiratory_rate": re.compile(
        rf"\b(?:rr|resps?|respirat(?:ory|ion) rate|respirations|breathing rate){_IS}(\d{{1,2}})\b", re.IGNORECASE
    ),
    "spo2": re.compile(
        rf"\b(?:spo2|sp02|sats?|sao2|o2 sats?|oxygen (?:saturations?|levels?)|saturations?){_IS}(\d{{2,3}})\b",
        re.IGNORECASE,
    ),
    "systolic": re.compile(
        rf"\b(?:sbp|systolic(?: bp| pressure)?|bp|(?:blood )?pressure){_IS}(\d{{2,3}})\b(?!\s*(?:/|over\b|\.\d|%))",
        re.IGNORECASE,
    ),
    "temperature": re.compile(
        rf"\b(?:temp(?:erature)?|t|fever){_IS}(\d{{2,3}}(?:\.\d)?)\s*(°?\s*[cf]\b)?", re.IGNORECASE
    ),
    "glucose": re.compile(
        rf"\b(?:glucose|blood sugar|sugar|bm|cbg){_IS}(\d{{1,2}}(?:\.\d)?)\s*(?:mmol|\b(?!\s*mg|\d))", re.IGNORECASE
    ),
}


def fill_from_text(text: str, measured: Vitals) -> Vitals:
    """Add vital signs that the text gives and the form does not; a number out of range is left aside."""
    found = _read(text)
    missing = {
        field.name: found[field.name]
        for field in fields(Vitals)
        if field.name in found and getattr(measured, field.name) is None
    }
    filled = measured
    for name, value in missing.items():
        try:
            filled = replace(filled, **{name: value})  # type: ignore[arg-type]  # all of these are numbers
        except VitalsError:
            continue
    return filled


def told_vitals(text: str) -> dict[str, float]:
    """What the text itself gives, by vital sign."""
    return {name: value for name, value in _read(text).items() if name in RANGES}


def _read(text: str) -> dict[str, float]:
    """The first value of each sign that the text gives as the patient's own and current."""
    found: dict[str, float] = {}
    for mention in find_assertions(text, _PATTERNS):
        match = _PATTERNS[mention.finding].match(text, mention.start)
        if match and mention.status == "present":
            names = ("systolic", "diastolic") if mention.finding == "pressure" else (mention.finding,)
            found = {name: float(value) for name, value in zip(names, match.groups(), strict=False)} | found
    # Fahrenheit is written in notes without its unit; no living person has 90 degrees Celsius.
    if 90 <= found.get("temperature", 0) <= 110:
        found["temperature"] = round((found["temperature"] - 32) / 1.8, 1)
    return found
