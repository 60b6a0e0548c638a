"""A triage note with its shorthand written out: abbreviations, signs, "2/24" for hours, "58M" for who it is.

What reads a note afterwards (rules, recogniser, models) reads plain words, and never an abbreviation of its own; every
place in the plain text is kept with where it stood in the note. The readings are data, `shorthand.json`.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from aimass_apps.inference.text.offset_text import Edit, OffsetText
from aimass_apps.inference.text.vocabulary import is_any_word
from aimass_apps.strict_files import BadFile, Name, Text, read_json
from triage.clinical_text.note_numbers import write_out_numbers
from triage.clinical_text.note_signs import write_out_signs
from triage.clinical_text.number_words import (
    write_out_characters,
    write_out_chinese_numbers,
    write_out_fractions,
    write_out_number_words,
)

FILE: Final = Path(__file__).with_name("shorthand.json")
_AROUND: Final = 40  # characters of context on each side
_LOOSE: Final = 4  # letters from which a form that is no English word counts in any case
# Words with what nurses join them by; sentence marks and brackets stand outside.
_TOKEN: Final = re.compile(r"[^\s,;:!?()\[\]\"“”。，；：！？（）]+")
_PART: Final = re.compile(r"[^/+&.\-]+")
_CJK: Final = re.compile(r"[㐀-鿿]")


class BadShorthand(BadFile):
    """The file of abbreviations can't be used; the message names the place."""


@dataclass(frozen=True, slots=True)
class Note:
    """A note in plain words; `text` is what to read."""

    text: str
    offsets: tuple[tuple[int, int], ...] | None = None

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Where characters of the plain text stood in the note as written."""
        if self.offsets is None or start >= end:
            return start, end
        places = self.offsets[start:end]
        return min(place[0] for place in places), max(place[1] for place in places)


@dataclass(frozen=True, slots=True)
class Shorthand:
    """Written forms, apart by spaces, and what they stand for; expressions for what must stand beside them, or not."""

    short: Text
    reading: Text
    before: str = ""
    after: str = ""
    not_before: str = ""
    not_after: str = ""

    def __post_init__(self) -> None:
        for expression in (self.before, self.after, self.not_before, self.not_after):
            re.compile(expression)

    @property
    def forms(self) -> tuple[str, ...]:
        return tuple(self.short.split())


@dataclass(frozen=True, slots=True)
class _File:
    version: Name
    source: Text
    syntax: Text
    shorthand: tuple[Shorthand, ...]


@cache
def load_shorthand() -> tuple[Shorthand, ...]:
    """Every abbreviation with its reading. Raises `BadShorthand`."""
    return read_json(FILE, _File, BadShorthand).shorthand


Step = Callable[[str], Iterator[Edit]]


@lru_cache(maxsize=256)
def write_out(text: str, further: tuple[Step, ...] = ()) -> Note:
    """The note in plain words, after `further` steps. Work is linear in its length."""
    note = OffsetText(text)
    for step in (*_STEPS, *further):
        note.apply(step(note.text))
    return Note(note.text, None if note.offsets is None else tuple(note.offsets))


def _write_out_words(text: str) -> Iterator[Edit]:
    for match in _TOKEN.finditer(text):
        token = match.group().rstrip(".'’")
        if _CJK.search(token):
            yield from _mixed(text, match.start(), token)
            continue
        end = match.start() + len(token)
        reading = _reading(text, match.start(), end)
        if reading:
            yield Edit(match.start(), end, reading)
        elif len(token) < _AROUND:
            yield from _parts(text, match.start(), token)


def _parts(text: str, start: int, token: str) -> Iterator[Edit]:
    """ "CP/SOB" and "N+V" are read part by part."""
    for part in _PART.finditer(token):
        first, last = start + part.start(), start + part.end()
        if part.end() - part.start() < len(token) and (reading := _reading(text, first, last)):
            yield Edit(first, last, reading)


def _mixed(text: str, start: int, token: str) -> Iterator[Edit]:
    """Latin letters inside Chinese stay: Chinese notes use few, and the readers of Chinese know them."""
    return iter(())


def _reading(text: str, start: int, end: int) -> str:
    written = text[start:end]
    for entry in _entries().get(written) or _loose_entries().get(written.lower(), ()):
        if _fits(entry, text[max(0, start - _AROUND) : start], text[end : end + _AROUND]):
            return entry.reading
    return ""


def _fits(entry: Shorthand, before: str, after: str) -> bool:
    return (
        _holds(entry.before, before)
        and _holds(entry.after, after)
        and not (entry.not_before and _searched(entry.not_before, before))
        and not (entry.not_after and _searched(entry.not_after, after))
    )


def _holds(expression: str, around: str) -> bool:
    return not expression or _searched(expression, around)


def _searched(expression: str, around: str) -> bool:
    return bool(_compiled(expression).search(around))


@cache
def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.IGNORECASE)


@cache
def _entries() -> Mapping[str, tuple[Shorthand, ...]]:
    return _by_form(lambda form: form)


@cache
def _loose_entries() -> Mapping[str, tuple[Shorthand, ...]]:
    """By lower-case form, those that count in any case."""
    return _by_form(lambda form: form.lower() if len(form) >= _LOOSE and not is_any_word(form.lower()) else "")


def _by_form(key: Callable[[str], str]) -> Mapping[str, tuple[Shorthand, ...]]:
    found: dict[str, list[Shorthand]] = defaultdict(list)
    for entry in load_shorthand():
        for form in entry.forms:
            if name := key(form):
                found[name].append(entry)
    return {form: tuple(entries) for form, entries in found.items()}


_STEPS: Final[tuple[Step, ...]] = (
    write_out_characters,
    write_out_signs,
    write_out_number_words,
    write_out_chinese_numbers,
    write_out_fractions,
    write_out_numbers,
    _write_out_words,
)
