"""What a person corrected of what was read: a finding's state, a finding that is none, a finding that was not read.

A correction is put into the note itself, as words of its own sentence, so that rules and models all go by it.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, Literal, NamedTuple, get_args

from aimass_apps.inference.text.offset_text import Edit
from triage.knowledge.load import load_catalogue

State = Literal["present", "absent", "past", "family", "uncertain", "removed"]
STATES: Final[tuple[State, ...]] = get_args(State)
MOST: Final = 60  # of one visit
LONGEST: Final = 200  # characters of the words that a finding was read from

ENGLISH: Final = {
    "present": "{}",
    "absent": "no {}",
    "past": "history of {}",
    "family": "family history of {}",
    "uncertain": "possible {}",
}
_CHINESE: Final = {
    "present": "{}",
    "absent": "没有{}",
    "past": "既往{}",
    "family": "父亲有{}",
    "uncertain": "可能{}",
}


class BadCorrection(ValueError):
    """A correction that can't be: an unknown finding or state, or too many."""


class Correction(NamedTuple):
    """An entry of the catalogue, its state as a person sees it, and the plain words it was read from ("" for none)."""

    entry: str
    state: State
    words: str = ""


def read_corrections(raw: object) -> tuple[Correction, ...]:
    """Corrections from stored facts or a form: rows of entry, state and words. Raises `BadCorrection`."""
    rows: Any = raw or ()
    if not isinstance(rows, list | tuple) or len(rows) > MOST:
        raise BadCorrection(f"at most {MOST} findings can be corrected")
    return tuple(_read(row) for row in rows)


def _read(row: Any) -> Correction:
    entry, state, words = (*row, "")[:3] if isinstance(row, list | tuple) and len(row) in (2, 3) else ("", "", "")
    if not all(isinstance(each, str) for each in (entry, state, words)) or len(words) > LONGEST:
        raise BadCorrection("a correction is a finding, its state and the words it was read from")
    catalogue = load_catalogue()
    if entry not in catalogue.findings and entry not in catalogue.conditions:
        raise BadCorrection(f"{entry!r} is not in the catalogue")
    if state not in STATES:
        raise BadCorrection(f"{state!r} is none of {', '.join(STATES)}")
    return Correction(entry, state, words)


def corrected(before: Iterable[Correction], change: Correction) -> tuple[Correction, ...]:
    """The corrections with one more; of an entry that was corrected before, the words it was first read from stay."""
    kept = {each.entry: each for each in before}
    words = kept[change.entry].words if change.entry in kept else change.words
    return (*(each for each in kept.values() if each.entry != change.entry), change._replace(words=words))


def step(corrections: tuple[Correction, ...], *, chinese: bool) -> Callable[[str], Iterator[Edit]]:
    """What puts the corrections into a note that is written out."""
    return lambda text: iter(_apart(_edits(text, corrections, chinese=chinese)))


def _edits(text: str, corrections: Iterable[Correction], *, chinese: bool) -> Iterator[Edit]:
    folded = text.lower() if len(text.lower()) == len(text) else text
    for each in corrections:
        told = _told(each, chinese=chinese)
        if not each.words:
            yield Edit(len(text), len(text), told)
            continue
        place = folded.find(each.words.lower())
        while place >= 0:
            end = place + len(each.words)
            yield Edit(place, end, told)
            place = folded.find(each.words.lower(), end)


def _told(each: Correction, *, chinese: bool) -> str:
    """A sentence of its own, so that no word around it reaches in."""
    catalogue = load_catalogue()
    known = catalogue.findings.get(each.entry) or catalogue.conditions[each.entry]
    if each.state == "removed":
        return "。" if chinese else " . "
    if chinese:
        return f"。{_CHINESE[each.state].format(known.name_zh)}。"
    return f" . {ENGLISH[each.state].format(known.name)} . "


def _apart(edits: Iterable[Edit]) -> Iterator[Edit]:
    done = -1
    for edit in sorted(edits, key=lambda each: (each.start, -each.end)):
        if edit.start >= done:
            yield edit
            done = edit.end
