"""Vital signs written into the text of a note ("BP 84/50, HR 150s, 88 % on air, GCS 13"), English and Chinese."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from typing import Any, Final, NamedTuple

from triage.clinical_text.assertion import Assertion, find_assertions
from triage.clinical_text.vital_patterns import PATTERNS
from triage.vitals import RANGES, Vitals, VitalsError, glasgow_state

KPA: Final = 7.50062  # mmHg
MG_DL: Final = 18.0  # of glucose in one mmol/L
# A glucose above what a person has in mmol/L is in mg/dL; a temperature that nobody has in Celsius, in Fahrenheit.
_HIGHEST_MMOL: Final = 60.0
_FAHRENHEIT: Final = (85.0, 113.0)
# A value that is not of now: usual, aimed at, earlier, another person's.
_NOT_NOW: Final = re.compile(
    r"(?:\b(?:normal(?:ly)?|usual(?:ly)?|baseline|target|aim(?:ing)?(?: for)?|goal|predicted|best|if|when|unless|until"
    r"|keep|maintain|runs?(?: at)?|should be|supposed to be)"
    r"|\b(?:yesterday|last (?:night|week|month|year|time)|earlier today|this time last|previous(?:ly)?|was|were"
    r"|had been)"
    r"|(?:mother|father|mum|mom|dad|wife|husband|son|daughter|brother|sister|partner|friend|neighbou?r|baby|gran\w*)['’]s"
    r"|平时|平素|既往|基础|昨[天晚日]|前[天晚日]|上周|目标|母亲|父亲|家人|爱人|丈夫|妻子|老公|老婆|爸|妈|爷爷|奶奶|外公|外婆|哥|弟|姐|妹|同事|邻居)"
    r"[^.;\n。；]{0,14}$",
    re.IGNORECASE,
)
_SINCE_THEN: Final = re.compile(
    r"\b(?:now|today|currently|at present|on arrival)\b|现在|目前|今[天日早晨]|现|入院", re.IGNORECASE
)
_NORMAL_FOR: Final = re.compile(
    r"^[^.;\n。；]{0,14}\b(?:(?:normal|usual|baseline)\b|as usual|is (?:his|her|their) norm)", re.IGNORECASE
)
_DENIED: Final = re.compile(r"\b(?:no|not|never|without|den(?:y|ies|ied)|nil)\b[^,.;\n]{0,12}$", re.IGNORECASE)
_NO_FEVER: Final = 38.0  # degrees Celsius
_STATES: Final[Mapping[str, str]] = {
    "alert": "alert",
    "confused": "confused",
    "voice": "voice",
    "responds_to_pain": "pain",
    "unresponsive": "unresponsive",
}
_AVPU: Final[Mapping[str, str]] = {"a": "alert", "c": "confused", "v": "voice", "p": "pain", "u": "unresponsive"}
_WORST_STATE: Final = ("unresponsive", "pain", "voice", "confused", "alert")
# Another vital sign beside it makes a pressure of "82/40".
_PAIR: Final = re.compile(r"(?<![\w/.])(?P<upper>\d{2,3})\s?/\s?(?P<lower>\d{2,3})(?![\d/]|\s?(?:weeks|mm\b))")
_BESIDE: Final = 40  # characters


_THEN: Final = (
    r"[^\d.;\n。；]{0,40}?(?:\b(?:now|today|tonight|currently|at present|up to|down to"
    r"|rechecked?(?: manually)?|repeat(?:ed)?|settled (?:at|to))\b"
    r"|→|->|现在?|目前|今[天日早]|后)[^\d.;\n。；]{0,8}?"
)
_VALUE: Final = r"(?P<value>\d{1,3}(?:[.,]\d)?)"
_HERE: Final = r"(?=[\s%°℃度cCfF]{0,3}\s?(?:now|today|on arrival|here|at triage|tonight|currently))"
_LATER: Final = {
    name: re.compile(
        rf"{_THEN}{_VALUE}(?![\d/])|[^\d.;\n。；]{{0,30}}?{_VALUE.replace('value', 'then')}(?![\d/]){_HERE}",
        re.IGNORECASE,
    )
    for name in ("heart_rate", "respiratory_rate", "spo2", "temperature", "glucose", "glasgow")
} | {
    "pain": re.compile(rf"{_THEN}{_VALUE}(?=\s?/\s?10)", re.IGNORECASE),
    "pressure": re.compile(rf"{_THEN}(?P<upper>\d{{2,3}})\s?/\s?(?P<lower>\d{{2,3}})(?!\d)", re.IGNORECASE),
}


class Read(NamedTuple):
    """One vital sign as the text has it: its field of `Vitals`, the value in its unit, and where it stands."""

    name: str
    value: float | str | bool
    start: int
    end: int


def read_vitals(text: str) -> list[Read]:
    """Every sign that the text gives as the patient's own and current, in text order, each name once.

    `text` is a note with its shorthand written out. An implausible number is left aside.
    """
    found: dict[str, Read] = {}
    for read in sorted(_plausible(text), key=lambda read: read.start):
        if read.name not in found or _outranks(read, found[read.name]):
            found[read.name] = read
    return sorted(found.values(), key=lambda read: read.start)


def _outranks(read: Read, held: Read) -> bool:
    """The first number counts; of two states the worse, and oxygen that is given."""
    if read.name == "consciousness":
        return _WORST_STATE.index(str(read.value)) < _WORST_STATE.index(str(held.value))
    return read.name == "oxygen" and read.value is True and held.value is False


def fill_from_text(text: str, measured: Vitals) -> Vitals:
    """Add vital signs that the text gives and the form does not; a number out of range is left aside."""
    own = {field.name for field in fields(Vitals) if getattr(measured, field.name) is not None}
    filled = measured
    for read in read_vitals(text):
        if read.name in own:
            continue
        try:
            filled = replace(filled, **{read.name: read.value})  # type: ignore[arg-type]  # each has its field's type
        except VitalsError:
            continue
    return filled


def told_vitals(text: str) -> dict[str, float]:
    """What the text itself gives, by vital sign that is a number."""
    return {read.name: float(read.value) for read in read_vitals(text) if read.name in RANGES}


def _plausible(text: str) -> Iterator[Read]:
    for read in _all(text):
        low, high, _unit = RANGES.get(read.name, (0.0, 0.0, ""))
        if isinstance(read.value, str | bool) or low <= read.value <= high:
            yield read


def _all(text: str) -> Iterator[Read]:
    places: list[tuple[int, int]] = []
    for mention in find_assertions(text, PATTERNS):
        match = PATTERNS[mention.finding].match(text, mention.start)
        if not match:
            continue
        places.append(match.span())
        current = _counts(text, mention, match) and _is_now(text, match)
        later = _later(text, mention.finding, match)
        if later:
            yield from _read(mention.finding, _told(match) | _then(later), later.span())
        elif current:
            yield from _read(mention.finding, _told(match), match.span())
    yield from _bare_pressures(text, places)


def _counts(text: str, mention: Assertion, match: re.Match[str]) -> bool:
    """A number that a denial reaches from afar is still one, and so is that of "no fever 36.7"."""
    if mention.status in {"present", "uncertain"}:
        return True
    if mention.status != "absent" or mention.finding in _STATES:
        return False
    told = _told(match)
    return (
        not _DENIED.search(text[max(0, match.start() - 30) : match.start()]) or float(told.get("value", 99)) < _NO_FEVER
    )


def _told(match: re.Match[str]) -> dict[str, str]:
    return {name.rpartition("_")[0]: value for name, value in match.groupdict().items() if value is not None}


def _is_now(text: str, match: re.Match[str]) -> bool:
    before = text[max(0, match.start() - 30) : match.start()]
    earlier = _NOT_NOW.search(before)
    if earlier and not _SINCE_THEN.search(before, earlier.end() - len(earlier.group().lstrip())):
        return False
    return not _NORMAL_FOR.search(text[match.end() : match.end() + 40])


def _bare_pressures(text: str, places: list[tuple[int, int]]) -> Iterator[Read]:
    """ "82/40" alone is a pressure where another vital sign stands beside it."""
    for match in _PAIR.finditer(text):
        start, end = match.span()
        if any(first < end and start < last for first, last in places):
            continue
        if any(first - _BESIDE < end and start < last + _BESIDE for first, last in places):
            upper, lower = float(match["upper"]), float(match["lower"])
            if 50 <= upper <= 260 and 20 <= lower < upper:
                yield Read("systolic", upper, start, end)
                yield Read("diastolic", lower, start, end)


def _later(text: str, finding: str, match: re.Match[str]) -> re.Match[str] | None:
    """ "was 84 at home, now 95": the value that took the place of the one before, where the text gives one."""
    if finding not in _LATER:
        return None
    return _LATER[finding].match(text, match.end())


def _then(later: re.Match[str]) -> dict[str, str]:
    found = {name: value for name, value in later.groupdict().items() if value is not None}
    return {"value" if name == "then" else name: value for name, value in found.items()}


def _read(finding: str, told: Mapping[str, str], span: tuple[int, int]) -> Iterator[Read]:
    if finding in _STATES:
        yield Read("consciousness", _STATES[finding], *span)
    elif finding in {"on_oxygen", "on_air"}:
        yield Read("oxygen", finding == "on_oxygen", *span)
    else:
        yield from (Read(name, value, *span) for name, value in _READERS.get(finding, _plain(finding))(told))


_Told = Mapping[str, str]
_Values = Iterator[tuple[str, Any]]


def _plain(finding: str) -> Callable[[_Told], _Values]:
    return lambda told: iter([(finding, _number(told["value"]) if "value" in told else _counted(told))])


def _counted(told: _Told) -> float:
    """Beats or breaths that somebody counted for a part of a minute."""
    return 4 * _number(told["quarter"]) if "quarter" in told else 2 * _number(told["half"])


def _number(written: str) -> float:
    return float(written.replace(",", "."))


def _pressure(told: _Told) -> _Values:
    kilopascals = "unit" in told
    for name, part in (("systolic", "upper"), ("diastolic", "lower")):
        if part not in told:
            continue  # "70/palp"
        value = _number(told[part])
        yield name, float(round(value * KPA)) if kilopascals else value


def _temperature(told: _Told) -> _Values:
    value, unit = _number(told["value"]), told.get("unit", "").lower()
    if "f" in unit or unit == "℉" or (unit in {"", "degrees"} and _FAHRENHEIT[0] <= value <= _FAHRENHEIT[1]):
        value = (value - 32) / 1.8
    yield "temperature", round(value, 1)


def _glucose(told: _Told) -> _Values:
    value = _number(told["value"])
    if "mg" in told.get("unit", "").lower() or (not told.get("unit") and value > _HIGHEST_MMOL):
        value /= MG_DL
    yield "glucose", round(value, 1)


def _glasgow(told: _Told) -> _Values:
    score = int(told["value"]) if "value" in told else sum(int(told[part]) for part in ("eyes", "voice", "motor"))
    if 3 <= score <= 15:
        yield "consciousness", glasgow_state(score)


def _avpu(told: _Told) -> _Values:
    yield "consciousness", _AVPU[told["value"][0].lower()]


_READERS: Final[Mapping[str, Callable[[_Told], _Values]]] = {
    "pressure": _pressure,
    "temperature": _temperature,
    "glucose": _glucose,
    "glasgow": _glasgow,
    "avpu": _avpu,
}
