"""Age and sex of the patient as the text itself tells them ("A 54-year-old man ...", "my 6 week old")."""

import re
from typing import Final, Literal, NamedTuple

_NUMBERS: Final = (
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)
_UNITS: Final = {"day": 365.25, "week": 52.18, "month": 12.0, "year": 1.0, "yr": 1.0, "yo": 1.0}
_COUNT = rf"(\d{{1,3}}(?:\.\d)?|{'|'.join(_NUMBERS)})"
_AGE: Final = re.compile(
    rf"\b{_COUNT}[\s-]*(day|week|month|year|yr)s?[\s-]*(?:old|of age)\b"
    rf"|\baged?\s*:?\s*{_COUNT}\s*(day|week|month|year|yr)?s?\b"
    rf"|\b(\d{{1,3}})\s*(?:yo|y/o|y\.o\.|yrs?|yom|yof)\b"
    r"|\b(?:man|woman|male|female|boy|girl|patient),?\s+(\d{1,3})\s*[:,.]"
    r"|(\d{1,3})\s*岁",
    re.IGNORECASE,
)
_MALE: Final = re.compile(
    r"^\W*(?:(?:an?|this|the|my|our)\s)?(?:[\w.]+[\s-]+){0,6}?(man|male|boy|gentleman|son|husband|father|grandfather|brother)\b",
    re.IGNORECASE,
)
_FEMALE: Final = re.compile(
    r"^\W*(?:(?:an?|this|the|my|our)\s)?(?:[\w.]+[\s-]+){0,6}?"
    r"(woman|female|girl|lady|daughter|wife|mother|grandmother|sister)\b",
    re.IGNORECASE,
)


class Told(NamedTuple):
    """What a text tells; None where it does not."""

    age_years: float | None
    sex: Literal["female", "male"] | None


def read_demographics(text: str) -> Told:
    """Age in years and sex, from how the text opens; later people in the text are not the patient."""
    opening = text[:160]
    return Told(_age(opening), _sex(opening))


def _age(opening: str) -> float | None:
    match = _AGE.search(opening)
    if not match:
        return None
    groups = [group for group in match.groups() if group]
    unit = next((group.lower() for group in groups if group.lower() in _UNITS), "year")
    return _number(groups[0]) / _UNITS[unit]


def _number(word: str) -> float:
    lowered = word.lower()
    return float(_NUMBERS.index(lowered) + 1) if lowered in _NUMBERS else float(word)


def _sex(opening: str) -> Literal["female", "male"] | None:
    male, female = _MALE.search(opening), _FEMALE.search(opening)
    if male and (not female or male.end() < female.end()):
        return "male"
    return "female" if female else None
