"""Named emergencies: a diagnosis that a professional wrote down is believed until a person says otherwise.

`named_emergencies.json` lists, for conditions that can't wait, the words by which a note names them. A name that is
asserted present counts, and so does one that the writer suspects ("?PE", "query meningitis", 考虑心梗); what is denied,
of earlier, of another person or a layperson's fear does not. The level is the condition's own.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

from aimass_apps.strict_files import BadFile, Name, Text, read_json
from triage.clinical_text.assertion import Assertion, Lexicon, compile_lexicon, find_assertions
from triage.clinical_text.shorthand import Note
from triage.knowledge.load import DATA, load_catalogue
from triage.levels import Level

FILE: Final = DATA / "named_emergencies.json"
_BEFORE: Final = 30  # characters that are looked at before a name
_AFTER: Final = 24  # and behind it
# The writer's own suspicion, unlike a fear.
_SUSPECTED: Final = re.compile(
    r"(?:\?|quer(?:y|ied|ying)|suspect\w*|poss(?:ible|ibly)?|prob(?:able|ably)?|likely|impression|rule out|exclude"
    r"|diagnos\w*|differential|concern(?:ed)? for|consistent with|in keeping with|考虑|疑似?|怀疑|可能|待排|拟)"
    r"\W{0,3}(?:[\w'-]+\W{1,2}){0,3}$",
    re.IGNORECASE,
)
_SUSPECTED_AFTER: Final = re.compile(r"^\W{0,2}(?:\?|possible|suspected|queried|likely|可能|待排|？)", re.IGNORECASE)
# Of earlier, treated, or somebody else's: "on warfarin for PE", "post stroke clinic", "meningitis contact".
_EARLIER: Final = re.compile(
    r"(?:\b(?:for|post|after|since|following|from|treated|survived|recovering|recovered|ex|due to|because of|old"
    r"|risk of|history|leaflet|about|vaccin\w*|jab|immuni\w*|prophylaxis|screen\w*)\W{1,2}"
    r"(?:(?:his|her|their|my|the|a|an|recent|previous|last|an old)\W)?"
    r"|\b(?:last (?:week|month|year)|years? ago|months? ago)\W)$",
    re.IGNORECASE,
)
_ELSEWHERE: Final = re.compile(
    r"^\W{0,2}(?:contact|exposure|vaccin\w*|jab|clinic|nurse|team|ward|rehab\w*|patients?|course|training|teaching|leaflet|risk"
    r"|screen\w*|scare|in (?:19|20)\d\d|\(?(?:19|20)\d\d|\d{1,2} (?:months?|years?) ago"
    r"|(?:months?|years?) ago"
    r"|last (?:year|month|summer|winter)|survivor|clinic|follow|review|ruled out|excluded|unlikely|疫苗|接触|病史|史)",
    re.IGNORECASE,
)


class BadNames(BadFile):
    """The list of named emergencies can't be used; the message names the entry."""


@dataclass(frozen=True, slots=True)
class _Named:
    """How a note names one condition; in the notation of `pattern_notation`."""

    en: tuple[Text, ...]
    zh: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class _File:
    version: Name
    source: Text
    conditions: Mapping[str, _Named]


class NamedDiagnosis(NamedTuple):
    """A condition that the note names, with its own level and where it stands in the text as written."""

    condition: str
    level: Level
    start: int
    end: int


@cache
def load_names() -> Lexicon:
    """The names, compiled, by condition. Raises `BadNames`."""
    told = read_json(FILE, _File, BadNames).conditions
    known = load_catalogue().conditions
    if unknown := sorted(told.keys() - known.keys()):
        raise BadNames(f"{unknown[0]} is not in the catalogue of conditions", FILE)
    return compile_lexicon({name: [*each.en, *each.zh] for name, each in told.items()})


def named_diagnoses(note: Note) -> list[NamedDiagnosis]:
    """The emergencies that a note names, each condition once, in the order of the text."""
    found: dict[str, NamedDiagnosis] = {}
    for each in _believed(note.text):
        condition = load_catalogue().conditions[each.finding]
        place = note.origin(each.start, each.end)
        found.setdefault(each.finding, NamedDiagnosis(each.finding, condition.urgency, *place))
    return list(found.values())


def _believed(text: str) -> Iterator[Assertion]:
    for each in find_assertions(text, load_names()):
        before, after = text[max(0, each.start - _BEFORE) : each.start], text[each.end : each.end + _AFTER]
        if _EARLIER.search(before) or _ELSEWHERE.search(after):
            continue
        suspected = each.status == "uncertain" and (_SUSPECTED.search(before) or _SUSPECTED_AFTER.search(after))
        if each.status == "present" or suspected:
            yield each
