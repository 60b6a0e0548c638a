"""What was understood of a visit's text, as chips beside it: each can be corrected, and what nothing used is named."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from triage.clinical_text.vitals_in_text import Read
from triage.knowledge.corrections import Correction, State
from triage.knowledge.intake_record import FindingRead, IntakeRecord, read_intake
from triage.knowledge.load import load_catalogue
from triage.presenters.proposal import VITALS, value_words

STATE_WORDS: Final = {
    "present": gettext_lazy("Has it"),
    "absent": gettext_lazy("Does not have it"),
    "past": gettext_lazy("Had it earlier"),
    "family": gettext_lazy("Somebody else has it"),
    "uncertain": gettext_lazy("Only feared or suspected"),
    "removed": gettext_lazy("Is not meant at all"),
}
_ORDER: Final = ("present", "uncertain", "past", "family", "absent")
MOST_UNUSED: Final = 40  # words that are listed


@dataclass(frozen=True, slots=True)
class Choice:
    """A state that a chip can be given; `value` is what the form sends."""

    label: object
    value: str
    current: bool


@dataclass(frozen=True, slots=True)
class Chip:
    """One finding as it was read, or as a person corrected it."""

    name: str
    state: str
    state_words: object
    words: str
    corrected: bool
    choices: tuple[Choice, ...]


def understood(text: str, corrections: tuple[Correction, ...] = ()) -> dict[str, object]:
    """Everything the read-back shows of a text."""
    record = read_intake(text, corrections)
    return {
        "chips": _chips(record, corrections),
        "removed": [_removed(each) for each in corrections if each.state == "removed"],
        "told_vitals": [(VITALS[read.name], value_words(read.name, read.value)) for read in record.vitals],
        "unused": _unused(text, record),
        "corrections": [packed(each) for each in corrections],
        "empty": not text.strip(),
        "nothing": not record.findings and not record.vitals and not corrections,
    }


def told_vitals(text: str, corrections: tuple[Correction, ...] = ()) -> Sequence[Read]:
    """Vital signs that the text itself gives."""
    return read_intake(text, corrections).vitals


def packed(each: Correction) -> str:
    """A correction as one form value; `unpacked` reads it."""
    return "|".join((each.entry, each.state, each.words))


def entry_name(entry: str) -> str:
    """A finding's or condition's name in the reader's language."""
    catalogue = load_catalogue()
    known = catalogue.findings.get(entry) or catalogue.conditions[entry]
    return known.name_zh if (get_language() or "").startswith("zh") else known.name


def _chips(record: IntakeRecord, corrections: Iterable[Correction]) -> list[Chip]:
    by_hand = {each.entry for each in corrections}
    seen: dict[str, FindingRead] = {}
    for found in record.findings:
        held = seen.get(found.entry)
        if held is None or _ORDER.index(found.status) < _ORDER.index(held.status):
            seen[found.entry] = found
    ordered = sorted(seen.values(), key=lambda each: (_ORDER.index(each.status), each.start))
    return [_chip(each, each.entry in by_hand) for each in ordered]


def _chip(found: FindingRead, corrected: bool) -> Chip:
    choices = tuple(
        Choice(words, packed(Correction(found.entry, state, found.words)), state == found.status)
        for state, words in _states()
    )
    return Chip(entry_name(found.entry), found.status, STATE_WORDS[found.status], found.words, corrected, choices)


def _states() -> list[tuple[State, object]]:
    return [(state, STATE_WORDS[state]) for state in (*_ORDER, "removed")]


def _removed(each: Correction) -> Choice:
    return Choice(entry_name(each.entry), packed(each._replace(state="present")), False)


def _unused(text: str, record: IntakeRecord) -> list[str]:
    words = list(dict.fromkeys(text[start:end] for start, end in record.unused))
    return [*words[:MOST_UNUSED], _("…")] if len(words) > MOST_UNUSED else words
