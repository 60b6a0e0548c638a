"""Whether a finding named in a text is present, absent, past, somebody else's or only feared.

Rules in the manner of NegEx (Chapman et al. 2001) and ConText (Harkema et al. 2009): triggers with a direction,
a scope in words and terminators, as data in `assertion_triggers.json`. Kept libraries of this kind need spaCy and
its models, too heavy for a web process; this needs the standard library alone.
"""

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal, NamedTuple

from triage.clinical_text.clauses import Sentence, scope_end, scope_start, sentences, speaks_for_relative
from triage.clinical_text.pattern_notation import compile_wordings
from triage.clinical_text.triggers import TriggerHit, find_triggers

Status = Literal["present", "absent", "past", "family", "uncertain"]

# Where several triggers reach one finding, the first of these wins.
_PRIORITY: Final[tuple[Status, ...]] = ("absent", "family", "past", "uncertain")

_PAST_TENSE: Final = re.compile(r"\b(?:had|died|dies|lost|survived|passed|suffered|underwent)\b")
_RECENT: Final = re.compile(
    r"\b(?:now|today|tonight|just|yesterday|this (?:morning|afternoon|evening)|last night)\b"
    r"|\b(?:minutes?|mins|hours?) ago\b"
)

Lexicon = Mapping[str, re.Pattern[str]]


@dataclass(frozen=True, slots=True)
class Assertion:
    """One mention of a finding: character offsets into the text, the finding's id, and its status."""

    start: int
    end: int
    finding: str
    status: Status


class _Reach(NamedTuple):
    """Where a trigger reaches: findings after `first` that end by its start, and from its end until `last`."""

    status: str
    first: int
    start: int
    end: int
    last: int
    strict: bool

    def covers(self, start: int, end: int) -> bool:
        return self.end <= start < self.last or self.first < end <= self.start


def compile_lexicon(phrases: Mapping[str, Sequence[str]]) -> Lexicon:
    """Compile {finding: wordings} once; wordings use the notation of `triage.clinical_text.pattern_notation`."""
    return {finding: compile_wordings(wordings) for finding, wordings in phrases.items() if wordings}


def find_assertions(
    text: str, phrases: Lexicon | Mapping[str, Sequence[str]], modifiers: Container[str] = ()
) -> list[Assertion]:
    """Every mention in `text` of the given findings with its status, in text order.

    `phrases` maps a finding to its wordings, or is a compiled lexicon (faster when used often). Overlapping
    mentions of different findings are all given; of one finding the longest at each place. `modifiers` names
    findings that are no symptoms ("for years", "today"): a trigger inside one still counts.
    """
    lexicon = _as_lexicon(phrases)
    folded = text.lower() if len(text.lower()) == len(text) else text
    mentions = [
        (match.start(), match.end(), finding)
        for finding, pattern in lexicon.items()
        for match in pattern.finditer(folded)
        if match.end() > match.start()
    ]
    return assert_mentions(text, mentions, modifiers)


def assert_mentions(
    text: str, mentions: Iterable[tuple[int, int, str]], modifiers: Container[str] = ()
) -> list[Assertion]:
    """The status of findings that were found already: mentions are (start, end, finding). As `find_assertions`."""
    mentions = sorted(mentions)
    if not mentions:
        return []
    folded = text.lower() if len(text.lower()) == len(text) else text
    taken = [(start, end) for start, end, finding in mentions if finding not in modifiers]
    reporter = speaks_for_relative(folded)
    found: list[Assertion] = []
    for sentence in sentences(folded):
        recent = bool(_RECENT.search(folded, sentence.start, sentence.end))
        triggers = [
            hit
            for hit in find_triggers(folded, sentence, taken)
            if not reporter or _is_about_others(folded, hit, recent)
        ]
        reaches = [_reach(folded, sentence, hit) for hit in triggers]
        found += [
            Assertion(start, end, finding, _status(reaches, start, end))
            for start, end, finding in mentions
            if sentence.start <= start < sentence.end
        ]
    return found


def _as_lexicon(phrases: Lexicon | Mapping[str, Sequence[str]]) -> Lexicon:
    compiled: dict[str, re.Pattern[str]] = {}
    for finding, wordings in phrases.items():
        compiled[finding] = wordings if isinstance(wordings, re.Pattern) else _compiled_once(tuple(wordings))
    return compiled


@cache
def _compiled_once(wordings: tuple[str, ...]) -> re.Pattern[str]:
    return compile_wordings(wordings)


def _is_about_others(text: str, hit: TriggerHit, recent: bool) -> bool:
    """Whether a trigger holds where somebody writes about a relative who is the patient.

    "My mother is 78, she fell" is no family history; "my mother had a stroke at 60" is.
    """
    if hit.trigger.status != "family" or hit.trigger.strict:
        return True
    return not recent and bool(_PAST_TENSE.search(text, hit.start, hit.end))


def _status(reaches: Sequence[_Reach], start: int, end: int) -> Status:
    covering = [reach for reach in reaches if reach.covers(start, end)]
    if any(reach.status == "present" and reach.strict for reach in covering):
        return "present"  # "photophobia marked", "咳嗽(+)": said of this very finding
    reached = {reach.status for reach in covering}
    if "present" in reached:
        reached.discard("past")
    return next((status for status in _PRIORITY if status in reached), "present")


def _reach(text: str, sentence: Sentence, hit: TriggerHit) -> _Reach:
    direction = hit.trigger.direction
    first = scope_start(text, sentence, hit) if direction in {"backward", "both"} else hit.start
    last = scope_end(text, sentence, hit) if direction in {"forward", "both"} else hit.end
    return _Reach(hit.trigger.status, first, hit.start, hit.end, last, hit.trigger.strict)
