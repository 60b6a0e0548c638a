"""What was understood of a visit's text: findings with their words, vital signs, who it is, and the words nothing used.

Read without any model, from the same note as rules and models. It is what the desk reads back to the clinician.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from aimass_apps.strict_files import BadFile, Name, Text, read_json
from triage.clinical_text.assertion import Lexicon, Status, compile_lexicon, find_assertions
from triage.clinical_text.clauses import load_rules, sentences
from triage.clinical_text.demographics import Told, read_demographics
from triage.clinical_text.finding_recogniser import Recogniser, content_words, stem
from triage.clinical_text.shorthand import Note
from triage.clinical_text.triggers import find_triggers
from triage.clinical_text.vitals_in_text import Read, read_vitals
from triage.knowledge.chinese import find_chinese
from triage.knowledge.corrections import Correction
from triage.knowledge.load import DATA, load_catalogue
from triage.knowledge.named_diagnoses import load_names
from triage.knowledge.note import read_note
from triage.knowledge.red_flags import phrase_assertions

DANGERS: Final = DATA / "danger_words.json"
_TIME: Final = re.compile(
    r"(?:\b\d+(?:\.\d+)?|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|a|an|few|couple|several)\b)"
    r"(?:[ -]?(?:to|of|or)?[ -]?\d*)?"
    r"[ -]?(?:minutes?|mins?|hours?|hrs?|days?|nights?|weeks?|months?|years?|yrs?|times?)\b"
    r"|\b(?:today|yesterday|tonight|now|ago|since|morning|evening|night|afternoon|last|week|monday|tuesday|wednesday"
    r"|thursday|friday|saturday|sunday|day|days|weeks?|hours?|started|began|came|onset|sudden\w*|gradual\w*)\b",
    re.IGNORECASE,
)
# Words of every note that tell of no finding.
_PLAIN_WORDS: Final = (
    "patient man woman boy girl child baby male female mother father mum dad mom wife husband partner son daughter"
    " friend lady gentleman year old month week day states says said reports report complains complaining presents"
    " presenting presented attends attended arrived brought came come seen referred known usual usually also please"
    " help think thinks thought want wants wanted need needs asks asking asked able still back again after before"
    " while during until because normally otherwise thing things something anything everything one other others"
    " history home work school house hospital doctor nurse ambulance clinic surgery triage room lives alone"
)
_PLAIN: Final = frozenset(map(stem, _PLAIN_WORDS.split()))


class BadDangers(BadFile):
    """The list of danger words can't be used."""


@dataclass(frozen=True, slots=True)
class _Dangers:
    version: Name
    source: Text
    words: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class FindingRead:
    """A finding or condition of the catalogue that the text names, with the plain words it was read from.

    `start` and `end` are characters of the text as written.
    """

    entry: str
    status: Status
    words: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class IntakeRecord:
    """What was read. `unused` are the words that nothing used, as characters of the text as written."""

    findings: tuple[FindingRead, ...]
    vitals: tuple[Read, ...]
    who: Told
    unused: tuple[tuple[int, int], ...]
    chinese: bool


@lru_cache(maxsize=256)
def read_intake(text: str, corrections: tuple[Correction, ...] = ()) -> IntakeRecord:
    """The intake record of one text, as a person corrected it. Plain reading: no model, linear in the length."""
    note = read_note(text, corrections)
    plain = note.plain
    said = find_chinese(plain.text) if note.chinese else recogniser().assertions(plain.text)
    found = (
        FindingRead(each.finding, each.status, plain.text[each.start : each.end], *plain.origin(each.start, each.end))
        for each in said
    )
    vitals = tuple(_replaced(read, plain.origin(read.start, read.end)) for read in read_vitals(plain.text))
    unused = () if note.chinese else tuple(plain.origin(*span) for span in _unused(plain))
    return IntakeRecord(tuple(found), vitals, read_demographics(plain.text), unused, note.chinese)


def _replaced(read: Read, place: tuple[int, int]) -> Read:
    return read._replace(start=place[0], end=place[1])


@lru_cache(maxsize=256)
def unread_dangers(text: str, corrections: tuple[Correction, ...] = ()) -> tuple[tuple[int, int], ...]:
    """Places of words that name a danger and that nothing else read: a low urgency must not stand on them."""
    note = read_note(text, corrections)
    if note.chinese:
        return ()
    unused = set(_unused(note.plain))
    if not unused:
        return ()
    found = find_assertions(note.plain.text, _danger_lexicon())
    return tuple(
        note.plain.origin(each.start, each.end)
        for each in found
        if each.status == "present" and any(start < each.end and each.start < end for start, end in unused)
    )


@cache
def _danger_lexicon() -> Lexicon:
    return compile_lexicon({"danger": read_json(DANGERS, _Dangers, BadDangers).words})


@cache
def recogniser() -> Recogniser:
    """Reads the catalogue's findings by their English wordings."""
    findings = load_catalogue().findings.values()
    return Recogniser({each.id: (each.name, *each.lay, *each.clinical) for each in findings})


def _unused(note: Note) -> Iterator[tuple[int, int]]:
    used = bytearray(len(note.text))
    for start, end in _used(note):
        used[start:end] = b"\x01" * (end - start)
    for word in content_words(note.text):
        plain = word.stem in _PLAIN or not note.text[word.start : word.end].isalpha()
        if not plain and not any(used[word.start : word.end]):
            yield word.start, word.end


def _used(note: Note) -> Iterable[tuple[int, int]]:
    text = note.text
    yield from ((start, end) for start, end, _ in recogniser().mentions(text))
    yield from ((each.start, each.end) for each in phrase_assertions(text))
    yield from ((each.start, each.end) for each in find_assertions(text, load_names()))
    yield from ((read.start, read.end) for read in read_vitals(text))
    yield from (match.span() for match in _TIME.finditer(text))
    for sentence in sentences(text):
        yield from ((hit.start, hit.end) for hit in find_triggers(text, sentence, ()))
    yield from (match.span() for match in load_rules().terminators.finditer(text))
