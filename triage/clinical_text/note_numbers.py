"""Numbers of triage notes in words: "2/24" hours, "3/7" days, "7/12" months, "36/40" weeks pregnant, "58M" a man."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from aimass_apps.inference.text.offset_text import Edit


class _Unit(NamedTuple):
    word: str
    most: int


_UNITS: Final = {"24": _Unit("hour", 96), "7": _Unit("day", 31), "52": _Unit("week", 78), "12": _Unit("month", 60)}
# Not a time: a pressure, sight, a score, a date, a power of five, a level of the spine.
_NO_TIME: Final = re.compile(
    r"(?:\b(?:BP|B/P|pressure|VA|vision|acuity|sees?|pain|score[ds]?|power|grade|GCS|MMSE|AMTS?|PEWS|NEWS2?|APGAR)\W{0,3}(?:\w{1,6}\W{1,2})?|[\d/.])$",
    re.IGNORECASE,
)
_TIME: Final = re.compile(r"(?<![\w/.])[x×]?[ ]?(\d{1,2}(?:\.5)?)(?:-(\d{1,2}))?/(24|7|52|12)(?![\d/])")
_AGED: Final = re.compile(
    r"^[ \t-]{0,2}(?:old|baby|infant|boy|girl|toddler|child|bub|kid|[MF]\b|male\b|female\b"
    r"|son|daughter|[MF],)"
    r"|^[ \t]{0,2}[,:]?[ \t]?(?:baby|boy|girl|infant)",
    re.IGNORECASE,
)
_PREGNANT: Final = re.compile(
    r"(?<![\w/.])(\d{1,2})(?:\+\d)?/40(?![\d/])(?:[ \t](?:pregnant|preg|gestation))?", re.IGNORECASE
)
_BORN: Final = re.compile(r"(?:born|delivered|delivery|prem(?:ature)?|ex-?|birth)\W{0,3}(?:at\W)?$", re.IGNORECASE)
_SEXED: Final = {"m": "man", "male": "man", "f": "woman", "female": "woman"}
_YOUNG: Final = {"man": "boy", "woman": "girl"}
_UNIT_WORDS: Final = {"d": "day", "w": "week", "m": "month", "y": "year"}
_YEARS: Final = r"(?:[ -]?(?:yo|y/o|y\.o\.?|yrs?|years?|y)(?:[ -]?old)?)?"
# "58M", "72 yo F", "F 31", "M/58": whose note it is stands at the start of it, or of a line.
_WHO: Final = re.compile(rf"(?m)^[\W_]{{0,4}}(\d{{1,3}}){_YEARS}[ /-]?(M|F|m|f|male|female|Male|Female)(?![\w'’])")
_WHO_TURNED: Final = re.compile(
    rf"(?m)^[\W_]{{0,4}}(M|F|[Mm]ale|[Ff]emale)[ /,:-]{{1,2}}(\d{{1,3}}){_YEARS}(?=[\s,.;:]|$)"
    r"(?![ ]?(?:/|weeks?|months?|days?|hours?|min|mg|ml|kg|cm|%))"
)
_SMALL: Final = re.compile(
    r"(?<![\w/.])(\d{1,2}(?:\.5)?)[ -]?(days?|d|weeks?|wks?|wk|w|months?|mths?|mth|mo|mos|m|years?|yrs?|yr|y)"
    r"[ -]?(?:old|o|/o)\b(?:[ ]?(M|F|male|female)\b)?"
    r"|(?<![\w/.])(\d{1,3})[ ]?(?:yo|y/o|yr/o|y\.o\.)(?![\w])(?:[ ]?(M|F|male|female)\b)?"
    r"|(?m:^)(\d{1,2})[ ]?(wks?|weeks?|mths?|mth|months?|mo)[ ](M|F|male|female)\b",
    re.IGNORECASE,
)


def write_out_numbers(text: str) -> Iterator[Edit]:
    """Edits, sorted and apart."""
    found = [*_people(text), *_pregnancies(text), *_times(text)]
    done = 0
    for edit in sorted(found):
        if edit.start >= done:
            yield edit
            done = edit.end


def _people(text: str) -> Iterator[Edit]:
    for match in _WHO.finditer(text):
        yield Edit(match.start(1), match.end(), _person(int(match[1]), match[2]))
    for match in _WHO_TURNED.finditer(text):
        yield Edit(match.start(1), match.end(), _person(int(match[2]), match[1]))
    for match in _SMALL.finditer(text):
        count, unit, sex = (
            match[1] or match[4] or match[6],
            match[2] or match[7] or "y",
            match[3] or match[5] or match[8],
        )
        word = _UNIT_WORDS[unit[0].lower()]
        noun = f" {_noun(float(count) if word == 'year' else 0.0, sex)}" if sex else ""
        yield Edit(match.start(), match.end(), f"{count}-{word}-old{noun}")


def _person(age: int, sex: str) -> str:
    return f"{age}-year-old {_noun(age, sex)}"


def _noun(age: float, sex: str) -> str:
    noun = _SEXED[sex.lower()]
    return _YOUNG[noun] if age < 16 else noun


def _pregnancies(text: str) -> Iterator[Edit]:
    for match in _PREGNANT.finditer(text):
        if 4 <= int(match[1]) <= 43:
            born = _BORN.search(text[max(0, match.start() - 20) : match.start()])
            yield Edit(match.start(), match.end(), f"{match[1]} weeks" if born else f"{match[1]} weeks pregnant")


def _times(text: str) -> Iterator[Edit]:
    for match in _TIME.finditer(text):
        unit = _UNITS[match[3]]
        if float(match[1]) > unit.most or _NO_TIME.search(text[max(0, match.start() - 24) : match.start()]):
            continue
        count = f"{match[1]} to {match[2]}" if match[2] else match[1]
        aged = _AGED.search(text[match.end() : match.end() + 12])
        if aged:
            old = "" if aged.group().strip(" \t-").lower() == "old" else "-old"
            yield Edit(match.start(), match.end(), f"{match[1]}-{unit.word}{old}")
        else:
            several = match[2] or float(match[1]) != 1
            yield Edit(match.start(), match.end(), f"{count} {unit.word}{'s' if several else ''}")
