"""A Chinese note read into findings of the catalogue, and told again in English for what reads English alone.

Wordings are data (`findings_zh.json`, with the catalogue's Chinese names). Words that only colour a finding ("一直",
"有点") may stand inside a wording. Of wordings that overlap the longest counts: 右下腹痛 is not also 腹痛.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, NamedTuple

import ahocorasick

from aimass_apps.inference.text.offset_text import Edit, OffsetText
from aimass_apps.strict_files import BadFile, Text, read_json
from triage.clinical_text.assertion import Assertion, assert_mentions
from triage.clinical_text.demographics import read_demographics
from triage.clinical_text.shorthand import Note
from triage.clinical_text.vitals_in_text import read_vitals
from triage.knowledge.load import DATA, load_catalogue

FILE: Final = DATA / "findings_zh.json"
_FILLERS: Final = (
    "一直以来|一直|老是|总是|经常|时常|有点儿|有点|有些|非常|特别|实在|真的|越来越|逐渐|渐渐|阵阵|一阵阵|一阵|感觉到|感觉|感到|觉得|自觉|出现|伴有|伴"
    "|的|地|得|了|着|很|好|太|挺|也|还|都|就|又|再|老|总|起来|个|些|吧|啊|呢|儿|里|上|处|部位|部|皮肤"
)
_STRONG: Final = "突然|突发|忽然|剧烈|反复|持续|明显|严重|轻微|轻度|疼痛难忍"
_LIGHT: Final = re.compile(f"(?:{_FILLERS})+")
_HEAVY: Final = re.compile(f"(?:{_FILLERS}|{_STRONG}|[剧绞隐胀刺钝坠灼](?=痛)|[少大中]量|阵发性)+")
_SUDDEN: Final = re.compile("突然|突发|忽然|骤然|一下子")
_LASTING: Final = re.compile(
    r"(\d{1,3}(?:\.\d)?)\s*(?:多|余|来)?个?(?:多)?(分钟|小时|钟头|天|日|周|星期|月|年)(?!前|级|龄)"
)
_UNITS: Final = {
    "分钟": "minutes", "小时": "hours", "钟头": "hours", "天": "days", "日": "days", "周": "weeks", "星期": "weeks",
    "月": "months", "年": "years",
}  # fmt: skip
_SIGNS: Final = {
    "temperature": "T {:g}", "heart_rate": "HR {:g}", "respiratory_rate": "RR {:g}", "systolic": "systolic BP {:g}",
    "spo2": "SpO2 {:g}%", "glucose": "glucose {:g} mmol/L",
}  # fmt: skip
_TOLD: Final[Mapping[str, str]] = {
    "present": "{}", "absent": "no {}", "past": "history of {}", "family": "family history of {}",
    "uncertain": "possible {}",
}  # fmt: skip


class BadWordings(BadFile):
    """The Chinese wordings can't be used; the message names the place."""


@dataclass(frozen=True, slots=True)
class _Wordings:
    """`same` maps a word to others that mean it; findings to their wordings."""

    source: Text
    same: Mapping[str, tuple[Text, ...]]
    findings: Mapping[str, tuple[Text, ...]]


class Mention(NamedTuple):
    """A finding or a condition of the catalogue at a place in the text."""

    start: int
    end: int
    entry: str


@cache
def _file() -> _Wordings:
    return read_json(FILE, _Wordings, BadWordings)


@cache
def chinese_wordings() -> Mapping[str, tuple[str, ...]]:
    """Every finding's Chinese wordings, its name first. Raises `BadWordings`."""
    told = _file().findings
    known = load_catalogue().findings
    if unknown := sorted(told.keys() - known.keys()):
        raise BadWordings(f"{unknown[0]} is not in the catalogue of findings", FILE)
    return {name: (each.name_zh, *told.get(name, ())) for name, each in known.items()}


def find_mentions(text: str) -> list[Mention]:
    """What a simplified Chinese text names, in text order, without overlaps."""
    found: set[Mention] = set()
    for pattern, automaton in ((_LIGHT, _automaton(_LIGHT)), (_HEAVY, _automaton(_HEAVY))):
        squeezed = _squeezed(text, pattern)
        places = squeezed.offsets or [(place, place + 1) for place in range(len(text))]
        for last, (length, entry) in automaton.iter(squeezed.text):
            found.add(Mention(places[last - length + 1][0], places[last][1], entry))
    kept: list[Mention] = []
    taken = bytearray(len(text))
    for mention in sorted(found, key=lambda each: (each.start - each.end, each.start, each.entry)):
        if not any(taken[mention.start : mention.end]):
            kept.append(mention)
            taken[mention.start : mention.end] = b"\x01" * (mention.end - mention.start)
    return sorted(kept)


def _squeezed(text: str, fillers: re.Pattern[str]) -> OffsetText:
    """One word for all that mean the same, and nothing that only colours."""
    squeezed = OffsetText(text)
    squeezed.apply(Edit(*match.span(), _words()[match.group()]) for match in _same().finditer(text))
    squeezed.apply(Edit(*match.span(), "") for match in fillers.finditer(squeezed.text))
    return squeezed


@cache
def _words() -> Mapping[str, str]:
    return {other: word for word, others in _file().same.items() for other in others}


@cache
def _same() -> re.Pattern[str]:
    return re.compile("|".join(sorted(_words(), key=len, reverse=True)))


def find_chinese(text: str) -> list[Assertion]:
    """Findings and conditions that the text names, each with its status."""
    return assert_mentions(text, find_mentions(text))


def tell_in_english(note: Note) -> Note:
    """A Chinese note (written out) as English sentences; each keeps the place in the original that it comes from."""
    pieces: list[tuple[str, tuple[int, int]]] = []
    who = read_demographics(note.text)
    pieces.append((_who(who.age_years, who.sex, who.pregnant), (0, 0)))
    lasting, sudden = _LASTING.search(note.text), _SUDDEN.search(note.text)
    first = True
    for each in _once(find_chinese(note.text)):
        words = _TOLD[_status(each)].format(_name(each.finding))
        if first and each.status == "present" and not _is_history(each.finding):
            # When it began belongs to what the person came for.
            words = f"sudden {words}" if sudden else words
            words = f"{words} for {lasting[1]} {_UNITS[lasting[2]]}" if lasting else words
            first = False
        pieces.append((f"{words[0].upper()}{words[1:]}.", note.origin(each.start, each.end)))
    signs = [_SIGNS[read.name].format(read.value) for read in read_vitals(note.text) if read.name in _SIGNS]
    pieces.append((f"Observations: {', '.join(signs)}." if signs else "", (0, 0)))
    said = [(f"{words} ", place) for words, place in pieces if words]
    return Note("".join(words for words, _ in said), tuple(place for words, place in said for _ in words))


def _once(found: Iterable[Assertion]) -> Iterator[Assertion]:
    """Each finding once, in text order."""
    seen: set[tuple[str, str]] = set()
    for each in found:
        if (each.finding, each.status) not in seen:
            seen.add((each.finding, each.status))
            yield each


def _is_history(entry: str) -> bool:
    finding = load_catalogue().findings.get(entry)
    return finding is not None and finding.kind == "history"


def _status(each: Assertion) -> str:
    return "present" if each.status == "past" and _is_history(each.finding) else each.status


def _name(entry: str) -> str:
    catalogue = load_catalogue()
    known = catalogue.findings.get(entry) or catalogue.conditions[entry]
    return known.name[0].lower() + known.name[1:] if known.name[1:2].islower() else known.name


def _who(age: float | None, sex: str | None, pregnant: bool | None) -> str:
    if age is None and sex is None:
        return ""
    adult = age is None or age >= 16
    noun = {"female": ("girl", "woman"), "male": ("boy", "man")}.get(sex or "", ("child", "person"))[adult]
    noun = f"pregnant {noun}" if pregnant else noun
    if age is None:
        return f"A {noun}."
    return f"A {round(age * 12)}-month-old {noun}." if age < 2 else f"A {int(age)}-year-old {noun}."


@cache
def _automaton(fillers: re.Pattern[str]) -> Any:
    """Every wording without its fillers; one that several entries share belongs to the first."""
    automaton = ahocorasick.Automaton()
    for entry, wordings in _all_wordings():
        for wording in wordings:
            plain = _squeezed(wording, fillers).text
            if len(plain) >= 2 and plain not in automaton:
                automaton.add_word(plain, (len(plain), entry))
    automaton.make_automaton()
    return automaton


def _all_wordings() -> Iterator[tuple[str, tuple[str, ...]]]:
    yield from chinese_wordings().items()
    for name, condition in load_catalogue().conditions.items():
        yield name, (condition.name_zh,)
