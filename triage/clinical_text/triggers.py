"""The trigger lists of assertion detection, read from `assertion_triggers.json`, and where they occur."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from triage.clinical_text.clauses import Comma, Direction, Sentence, Status, trigger_file
from triage.clinical_text.pattern_notation import compile_wordings


@dataclass(frozen=True, slots=True)
class Trigger:
    """One group of trigger wordings.

    `scope` counts words (characters where `chinese`); `comma` says what ends the scope at a comma: nothing ("pass"),
    a new clause ("clause"), any comma unless "or" follows ("list"), or any comma ("stop"). A `strict` family trigger
    holds whoever speaks, a `strict` present one against every other.
    """

    status: Status
    direction: Direction
    scope: int
    comma: Comma
    chinese: bool
    strict: bool
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class TriggerHit:
    """A trigger at a place in the text."""

    start: int
    end: int
    trigger: Trigger


@cache
def load_triggers() -> tuple[Trigger, ...]:
    """All trigger groups, in file order."""
    return tuple(
        Trigger(
            status=group.status,
            direction=group.direction,
            scope=group.scope,
            comma=group.comma,
            chinese=group.chinese,
            strict=group.strict,
            pattern=compile_wordings(group.words),
        )
        for group in trigger_file().triggers
    )


def find_triggers(text: str, sentence: Sentence, findings: Sequence[tuple[int, int]]) -> list[TriggerHit]:
    """Triggers in one sentence; the longest wins where two overlap; only a pseudo-trigger may touch a finding.

    A finding may hold a negation of its own ("can't breathe", "no pulse"): that is no trigger for its neighbours.
    """
    hits = [
        TriggerHit(match.start(), match.end(), trigger)
        for trigger in load_triggers()
        for match in trigger.pattern.finditer(text, sentence.start, sentence.end)
        if match.end() > match.start()
    ]
    hits.sort(key=lambda hit: (hit.start - hit.end, hit.start))
    in_finding = _marked(findings, sentence)
    taken = bytearray(sentence.end - sentence.start)
    kept: list[TriggerHit] = []
    for hit in hits:
        place = slice(hit.start - sentence.start, hit.end - sentence.start)
        if not any(taken[place]) and (hit.trigger.status == "pseudo" or not any(in_finding[place])):
            kept.append(hit)
            taken[place] = b"\x01" * (hit.end - hit.start)
    return kept


def _marked(spans: Sequence[tuple[int, int]], sentence: Sentence) -> bytearray:
    marked = bytearray(sentence.end - sentence.start)
    for start, end in spans:
        first, last = max(start, sentence.start), min(end, sentence.end)
        if first < last:
            marked[first - sentence.start : last - sentence.start] = b"\x01" * (last - first)
    return marked
