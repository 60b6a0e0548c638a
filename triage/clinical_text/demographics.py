"""Age, sex and pregnancy of the patient as the text itself tells them ("A 54-year-old man ...", "my 6 week old")."""

import re
from typing import Final, Literal, NamedTuple

from triage.clinical_text.assertion import find_assertions

_NUMBERS: Final = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_PER_YEAR: Final = {
    "d": 365.25,
    "w": 52.18,
    "m": 12.0,
    "y": 1.0,
    "天": 365.25,
    "日": 365.25,
    "周": 52.18,
    "月": 12.0,
    "岁": 1.0,
}
_COUNT: Final = rf"(?P<count>\d{{1,3}}(?:\.\d)?|(?:{'|'.join(_NUMBERS)})(?=[\s-]))"
_UNIT: Final = r"(?P<unit>days?|weeks?|wks?|months?|mths?|mos?|years?|yrs?|y)"
_KIN: Final = r"(?:son|daughter|baby|boy|girl|child|toddler|infant|grandson|granddaughter|little one)"
_PERSON: Final = r"(?:man|woman|male|female|boy|girl|gentleman|lady|patient|child|baby|infant|toddler|student|person)"
_FEWEST, _MOST = 0.0, 120.0  # years
# In the order in which they are believed.
_AGES: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<![\w.]){_COUNT}[\s-]*{_UNIT}[\s-]*(?:old|of age)\b",
        rf"\baged?\s*:?\s*(?:about |around )?{_COUNT}\s*{_UNIT}?(?![\w/])",
        rf"\b{_KIN}\s+(?:is|was|who is|,)?\s*(?:only |just |nearly |almost )?{_COUNT}\s*{_UNIT}?"
        r"(?=\s*[,.;]|\s+(?:and|with|has|who|old)\b|$)",
        rf"(?<![\w./]){_COUNT}[\s-]*{_UNIT}\s+{_PERSON}\b",
        rf"\b{_PERSON},?\s+{_COUNT}(?=\s*[:,.;])",
        rf"(?:[♂♀]|\bin (?:his|her|their) )\s*{_COUNT}(?=s\b|\s|[,.;]|$)",
        rf"^\W*{_COUNT}(?=\s*,\s*{_PERSON}\b)",
        rf"\b(?:he|she|who|patient|mother|father|mum|dad|wife|husband|gran\w*)(?:'s|\s+is|\s+was)?\s+{_COUNT}(?=\s*[,.;]|\s+(?:and|with)\b|$)(?!\s*(?:%|/))",
        r"(?P<count>\d{1,3}(?:\.\d)?)\s*(?:周)?(?P<unit>岁)",
        r"(?:宝宝|婴儿|孩子|娃|患儿|小孩|男婴|女婴|儿子|女儿|孙子|孙女|新生儿|出生|日龄|月龄|生后|刚)[^，,。；\d]{0,6}(?P<count>\d{1,3}(?:\.\d)?)\s*个?多?(?P<unit>天|日|周|月)",
        r"(?P<count>\d{1,3}(?:\.\d)?)\s*个?多?(?P<unit>天|周|月)(?:大)?(?:的)?(?:宝宝|婴儿|男婴|女婴|患儿|男孩|女孩|小孩|新生儿|大(?=[，,。的]))",
        r"年(?:约|近|过|逾)?\s*(?P<count>\d{2})(?=\D)",
    )
)
_MALE: Final = re.compile(
    r"^\W*(?:(?:an?|this|the|my|our)\s)?(?:[\w.]+[\s-]+){0,6}?(man|male|boy|gentleman|son|husband|father|grandfather|brother|grandson|lad|bloke|chap)\b"
    r"|♂|^[^。；]{0,16}?(?:男(?!友|朋友|人打|方)|爸|父亲|老公|丈夫|儿子|老头|大爷|爷爷|外公|弟弟|哥哥|孙子)",
    re.IGNORECASE,
)
_FEMALE: Final = re.compile(
    r"^\W*(?:(?:an?|this|the|my|our)\s)?(?:[\w.]+[\s-]+){0,6}?"
    r"(woman|female|girl|lady|daughter|wife|mother|grandmother|sister|granddaughter|mum)\b"
    r"|♀|^[^。；]{0,16}?(?:女(?!友|朋友|方)|妈|母亲|老婆|妻子|女儿|老太|奶奶|外婆|姥姥|妹妹|姐姐|孕妇|产妇|孙女)",
    re.IGNORECASE,
)
_PREGNANT: Final = re.compile(
    r"(?<!not )(?<!isn't )(?<!non-)(?<!\?)(?<!\? )(?<!if )(?<!be )(?<!get )(?<!never )"
    r"(?:\b\d{1,2} ?(?:weeks?|wks?|months?) (?:pregnant|gestation|gravid)"
    r"|\b(?:i'm|i am|she is|she's|currently|is|heavily) (?:\w+ )?pregnant)"
    r"|\bpregnant (?:woman|lady|girl|patient|at \d)|\bpregnancy test (?:was |is )?positive"
    r"|\b(?:primigravida|primip|gravida)\b"
    r"|(?:怀孕|孕|妊娠)\s*\d{1,2}\+?\d?\s*(?:周|个月)|(?<!非)(?<!未)孕妇|HCG\s*(?:阳性|\(\+\)|\+)|(?<!没)(?<!未)(?<!无)怀孕(?!了?[吗？?])|妊娠试验阳性",
    re.IGNORECASE,
)
_BORN: Final = re.compile(r"\b(?:born|delivered) at\W*$|baby|postnatal|post natal", re.IGNORECASE)


class Told(NamedTuple):
    """What a text tells; None where it does not."""

    age_years: float | None
    sex: Literal["female", "male"] | None
    pregnant: bool | None = None


def read_demographics(text: str) -> Told:
    """Age in years and sex from how a note opens (later people are not the patient), and a pregnancy anywhere in it.

    `text` is a note with its shorthand written out.
    """
    opening = text[:160]
    pregnant = _pregnant(text)
    return Told(_age(opening), "female" if pregnant else _sex(opening), pregnant)


def _age(opening: str) -> float | None:
    for pattern in _AGES:
        match = pattern.search(opening)
        if match:
            unit = (match.groupdict().get("unit") or "y").lower()
            age = _number(match["count"]) / _PER_YEAR[unit[0]]
            if _FEWEST <= age <= _MOST:
                return age
    return None


def _number(word: str) -> float:
    lowered = word.lower()
    return float(_NUMBERS.index(lowered) + 1) if lowered in _NUMBERS else float(word)


def _sex(opening: str) -> Literal["female", "male"] | None:
    male, female = _MALE.search(opening), _FEMALE.search(opening)
    if male and (not female or male.end() < female.end()):
        return "male"
    return "female" if female else None


def _pregnant(text: str) -> bool | None:
    found = find_assertions(text, {"pregnant": _PREGNANT})
    return (
        any(each.status == "present" and not _BORN.search(text[max(0, each.start - 16) : each.start]) for each in found)
        or None
    )
