"""Sentences, clauses and the reach of a trigger in free text, English and Chinese."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from aimass_apps.strict_files import BadFile, Count, Name, Text, read_json
from triage.clinical_text.pattern_notation import compile_wordings

if TYPE_CHECKING:
    from triage.clinical_text.triggers import TriggerHit

FILE = Path(__file__).with_name("assertion_triggers.json")
_WORD = re.compile(r"\S+")
_CHINESE_COMMA = re.compile("[，,]")
_COLON = re.compile(r"[\s:]*")
_SEPARATOR = re.compile(r",|\band\b|\bor\b|\bnor\b|[–—]| - |/")
# Items of three words at most, then "and" or "or" with a last one.
_LIST = re.compile(r"(?:,\s*(?:[\w'-]+\s?){1,3}){1,8}(?:,?\s*(?:and|or|&)\s+(?:[\w'-]+\s?){1,3})(?=[,.;]|$)")
_RELATIVE = (
    "mother|father|mum|mom|dad|husband|wife|partner|son|daughter|baby|child|grandmother|grandfather|gran|"
    "grandma|grandpa|nan|brother|sister|uncle|aunt|friend|boyfriend|girlfriend|neighbou?r|colleague"
)
_OPENS_WITH_RELATIVE = re.compile(rf"^\W*(?:please help\W+)?(?:my|our)\s+(?:[\w-]+\s+){{0,2}}(?:{_RELATIVE})\b")
_FIRST_PERSON = re.compile(
    r"\b(?:i|i['’]ve|i['’]m)\s*(?:have|had|am|get|got|feel|felt|been|suffer|started|woke|keep|can['’]?t)\b"
    r"|\bi['’]ve\b|\bi['’]m\b|\bmy (?:chest|head|stomach|belly|tummy|back|leg|arm|throat|own)\b"
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence by its character offsets, end exclusive."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Rules:
    """What ends a scope, compiled."""

    terminators: re.Pattern[str]
    list_terminators: re.Pattern[str]
    family_terminators: re.Pattern[str]
    chinese_terminators: re.Pattern[str]
    clause_markers: re.Pattern[str]
    boundaries: re.Pattern[str]
    list_scope: int


class BadTriggers(BadFile):
    """The trigger file can't be used; the message names the place."""


Status = Literal["pseudo", "present", "absent", "past", "family", "uncertain"]
Direction = Literal["forward", "backward", "both", "none"]
Comma = Literal["pass", "clause", "list", "stop"]


@dataclass(frozen=True, slots=True)
class TriggerGroup:
    """One group of trigger wordings as the file has it; see `triggers.Trigger`."""

    status: Status
    words: tuple[Text, ...]
    scope: Count
    direction: Direction
    comma: Comma = "stop"
    chinese: bool = False
    strict: bool = False


@dataclass(frozen=True, slots=True)
class TriggerFile:
    """The content of `assertion_triggers.json`."""

    version: Name
    source: Text
    syntax: Text
    triggers: tuple[TriggerGroup, ...]
    terminators: tuple[Text, ...]
    list_terminators: tuple[Text, ...]
    chinese_terminators: tuple[Text, ...]
    family_terminators: tuple[Text, ...]
    clause_markers: Text
    abbreviations: tuple[Text, ...]
    list_scope: Count


@cache
def trigger_file() -> TriggerFile:
    """Raises `BadTriggers`."""
    return read_json(FILE, TriggerFile, BadTriggers)


@cache
def load_rules() -> Rules:
    """The scope rules of `assertion_triggers.json`."""
    file = trigger_file()
    short = "".join(rf"(?<!\b{re.escape(word)}\.)" for word in file.abbreviations)
    return Rules(
        terminators=compile_wordings(file.terminators),
        list_terminators=compile_wordings(file.list_terminators),
        family_terminators=compile_wordings(file.family_terminators),
        chinese_terminators=compile_wordings(file.chinese_terminators),
        clause_markers=re.compile(file.clause_markers),
        list_scope=file.list_scope,
        boundaries=re.compile(
            rf"\.{short}(?=\s|$)|!(?!\w)|\?(?!\w|\s*(?:no|none|nil|yes)\b)|[\n;。！；]|？(?!\s*(?:答[：:]?)?\s*(?:没|无|否|不))"
        ),
    )


def sentences(text: str) -> Iterator[Sentence]:
    """The sentences of a text; decimals and common abbreviations do not end one."""
    start = 0
    for match in load_rules().boundaries.finditer(text):
        yield Sentence(start, match.end())
        start = match.end()
    if start < len(text):
        yield Sentence(start, len(text))


def speaks_for_relative(text: str) -> bool:
    """True where somebody writes about a relative who is the patient ("My father has crushing chest pain")."""
    return bool(_OPENS_WITH_RELATIVE.match(text)) and not _FIRST_PERSON.search(text)


def scope_end(text: str, sentence: Sentence, hit: "TriggerHit") -> int:
    """Where the reach of a forward trigger ends, as an offset."""
    trigger = hit.trigger
    if trigger.chinese:
        return _chinese_end(text, hit.end, min(sentence.end, hit.end + trigger.scope), trigger.comma)
    # The colon of "PMH: epilepsy" opens the scope; any other one ends it.
    hit = replace(hit, end=_COLON.match(text, hit.end, sentence.end).end())  # type: ignore[union-attr]
    if trigger.status == "family":
        return _until(load_rules().family_terminators, text, hit.end, sentence.end, trigger.scope)
    if trigger.status == "past" and trigger.comma == "list":
        return _history_end(text, sentence, hit)
    if trigger.comma == "pass":
        return _until(load_rules().list_terminators, text, hit.end, sentence.end, trigger.scope)
    # A list that ends in "or" goes on to there: "no cough, pain after meals, fever or chills".
    whole = _until(load_rules().list_terminators, text, hit.end, sentence.end, load_rules().list_scope)
    last_or = text.rfind(" or ", hit.end, whole)
    if trigger.comma != "stop" and last_or > 0 and "," in text[hit.end : last_or]:
        return _clause_end(text, last_or + 4, whole, at_any_comma=True)
    limit = _until(load_rules().terminators, text, hit.end, sentence.end, trigger.scope)
    # After a bare "not" one comma is a pause ("not hot, coughing"), two make a list ("not had fever, cough, pain").
    listed = trigger.comma == "clause" or (trigger.comma == "list" and text.count(",", hit.end, limit) > 1)
    return _clause_end(text, hit.end, limit, at_any_comma=not listed)


def _history_end(text: str, sentence: Sentence, hit: "TriggerHit") -> int:
    """A history ends at the comma, unless a list of short items goes on to an "and": what follows may be of today."""
    whole = _until(load_rules().list_terminators, text, hit.end, sentence.end, hit.trigger.scope)
    comma = text.find(",", hit.end, whole)
    if comma < 0:
        return whole
    listed = _LIST.match(text, comma, whole)
    return listed.end() if listed else comma


def _until(terminators: re.Pattern[str], text: str, start: int, end: int, words: int) -> int:
    limit = _words_on(text, start, end, words)
    ending = terminators.search(text, start, limit)
    return ending.start() if ending else limit


def _chinese_end(text: str, start: int, limit: int, comma: str) -> int:
    ending = load_rules().chinese_terminators.search(text, start, limit)
    limit = ending.start() if ending else limit
    stop = None if comma == "pass" else _CHINESE_COMMA.search(text, start, limit)
    return stop.start() if stop else limit


def _words_on(text: str, start: int, end: int, count: int) -> int:
    for number, word in enumerate(_WORD.finditer(text, start, end), 1):
        if number == count:
            return word.end()
    return end


def _clause_end(text: str, start: int, limit: int, at_any_comma: bool) -> int:
    """Follow a list ("no cough, sputum or fever") until a part of it reads like a new clause."""
    marks = [mark for mark in _SEPARATOR.finditer(text, start, limit)]
    for index, mark in enumerate(marks):
        if mark.group() in {"or", "nor"}:
            continue
        if at_any_comma and mark.group() == ",":
            return mark.start()
        following = marks[index + 1] if index + 1 < len(marks) else None
        part = text[mark.end() : following.start() if following else limit].strip()
        joined = following is not None and not part and following.group() in {"or", "nor", "and"}
        if not joined and load_rules().clause_markers.search(part):
            return mark.start()
    return limit


def scope_start(text: str, sentence: Sentence, hit: "TriggerHit") -> int:
    """Where the reach of a backward trigger begins, as an offset (a clause border or its count of words)."""
    if hit.trigger.chinese:
        begin = max(sentence.start, hit.start - hit.trigger.scope - 4)
        commas = [match.end() for match in _CHINESE_COMMA.finditer(text, begin, hit.start)]
        return (commas[-1] if commas else begin) - 1
    before = list(_WORD.finditer(text, sentence.start, hit.start))[-hit.trigger.scope - 4 :]
    begin = before[0].start() if before else sentence.start
    breaks = [match.end() for match in re.finditer(r",|\bbut\b|\bnow\b|\bhowever\b|\([-+]\)", text[begin : hit.start])]
    if hit.trigger.comma == "pass" or not breaks:
        return begin - 1
    return begin + breaks[-1] - 1
