"""Chinese words written by their sound: with other characters (`费物` for `废物`), in pinyin, or as initials.

Every term of a list is looked for, not a table of known evasions. Since many words sound alike, a hit counts only where
the writing is no word itself: see `_stands_for`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import ahocorasick
import rjieba

from aimass_apps.inference.text.chinese import HAN, has_han
from aimass_apps.inference.text.vocabulary import is_any_word

FEWEST_LETTERS = 4  # of a term written in pinyin alone
FEWEST_INITIALS = 3
SHORT = 3  # characters: a term no longer than this that holds one of `_EVERYWHERE` sounds like ordinary speech
_EVERYWHERE = frozenset("的他她你我了是")
_LONGEST_SYLLABLE = 6
_LONGEST_PINYIN = 24  # letters; a longer run is no word
_FIRST_CODE = 0xE000  # a private character for each syllable: text and terms become strings of sounds
_TOKEN = re.compile(f"[{HAN}]|[a-z]+")
_STRIPES = re.compile("[.·•*_~|-]{1,2}")  # signs set between letters: no word ends there
_WORD_OF_LETTERS = re.compile("(?<![a-z0-9])[a-z]{3,}(?![a-z0-9])")
Hit = tuple[int, int, str]


@cache
def _codes() -> tuple[dict[str, str], dict[str, str]]:
    """The private character of each syllable, and of each Chinese character by its main reading."""
    path = Path(__file__).parent / "data" / "pinyin.json"
    syllables: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))["syllables"]
    codes = {syllable: chr(_FIRST_CODE + number) for number, syllable in enumerate(sorted(syllables))}
    return codes, {sign: codes[syllable] for syllable, signs in syllables.items() for sign in signs}


@dataclass(frozen=True, slots=True)
class _Sound:
    """One syllable of a text; `run` is the range of the Latin letters that it was read from, None for a character."""

    code: str
    start: int
    end: int
    run: tuple[int, int] | None = None


class SoundFinder:
    """Finds terms by their sound, in one pass over the text."""

    def __init__(self, terms: Iterable[str]) -> None:
        self._sounds = ahocorasick.Automaton()
        self._initials: dict[str, str] = {}
        names = sorted(_codes()[0])
        for term in terms:
            sounds = "".join(_codes()[1].get(sign, "") for sign in term)
            if len(sounds) < 2 or len(sounds) != len(term):
                continue
            if len(term) > SHORT or not _EVERYWHERE & set(term):
                self._sounds.add_word(sounds, (*self._sounds.get(sounds, ()), term))
            letters = "".join(names[ord(code) - _FIRST_CODE][0] for code in sounds)
            if len(letters) >= FEWEST_INITIALS and not is_any_word(letters):
                self._initials[letters] = term
        if len(self._sounds):
            self._sounds.make_automaton()

    def find(self, text: str) -> list[Hit]:
        """`(start, end, term)` of every place in lower-case `text` that is written by sound."""
        if not len(self._sounds) or not has_han(text):
            return []
        return sorted({*self._by_initials(text), *self._by_sound(text)})

    def _by_initials(self, text: str) -> Iterator[Hit]:
        for match in _WORD_OF_LETTERS.finditer(text):
            if match[0] in self._initials:
                yield match.start(), match.end(), self._initials[match[0]]

    def _by_sound(self, text: str) -> Iterator[Hit]:
        sounds = _read(text)
        cuts: set[int] = set()
        for last, terms in self._sounds.iter("".join(each.code for each in sounds)):
            for term in terms:
                part = sounds[last + 1 - len(term) : last + 1]
                if not _stands_for(text, part, term):
                    continue
                cuts = cuts or _cuts(text)
                if _edges(part) <= cuts:
                    yield part[0].start, part[-1].end, term


def _stands_for(text: str, part: Sequence[_Sound], term: str) -> bool:
    """Whether a writing of the same sound is likely to mean the term, before the words around it are looked at.

    Letters must be whole runs, and no English word if there are letters alone. Characters beside letters must be the
    term's own; without letters one of them at least must be.
    """
    runs = {each.run for each in part if each.run}
    if any(run[0] < part[0].start or run[1] > part[-1].end for run in runs):
        return False
    own = [text[each.start] == sign for each, sign in zip(part, term, strict=True) if not each.run]
    if not own:
        letters = "".join(text[slice(*run)] for run in sorted(runs))
        return len(letters) >= FEWEST_LETTERS and not is_any_word(letters)
    return all(own) if runs else any(own) and not all(own)


def _read(text: str) -> list[_Sound]:
    """The text as sounds; what has none is a gap that nothing matches."""
    codes, readings = _codes()
    sounds: list[_Sound] = []
    end = 0
    for match in _TOKEN.finditer(text):
        if match.start() > end and not _STRIPES.fullmatch(text, end, match.start()):
            sounds.append(_Sound("\0", end, match.start()))
        end = match.end()
        syllables = None if match[0] in readings else _syllables(match[0])
        if syllables is None:
            sounds.append(_Sound(readings.get(match[0], "\0"), match.start(), end))
            continue
        at = match.start()
        for syllable in syllables:
            sounds.append(_Sound(codes[syllable], at, at + len(syllable), match.span()))
            at += len(syllable)
    return sounds


@lru_cache(maxsize=4096)
def _syllables(letters: str) -> tuple[str, ...] | None:
    """Pinyin cut into syllables, the longest first; None for what is no pinyin."""
    if not letters:
        return ()
    if len(letters) > _LONGEST_PINYIN:
        return None
    for length in range(min(_LONGEST_SYLLABLE, len(letters)), 0, -1):
        if letters[:length] in _codes()[0]:
            rest = _syllables(letters[length:])
            if rest is not None:
                return (letters[:length], *rest)
    return None


def _edges(part: Sequence[_Sound]) -> set[int]:
    """Where words must meet: at both ends, and around each character if no letters show that something is hidden."""
    if any(each.run for each in part):
        return {place for place in (part[0].start, part[-1].end) if place not in _letter_edges(part)}
    return {place for each in part for place in (each.start, each.end)}


def _letter_edges(part: Sequence[_Sound]) -> set[int]:
    return {place for each in part if each.run for place in each.run}


def _cuts(text: str) -> set[int]:
    """Where dictionary words meet. New words are not guessed: a sound-alike would pass for one."""
    cuts, at = {0}, 0
    for word in rjieba.cut(text, False):
        at += len(word)
        cuts.add(at)
    return cuts
