"""Keyword lists: each match with its place in the original text, its severity and its label.

`words.json` holds entries `{term, label, severity, match}`: severity 1 (mild) to 3 (severe); `match` is `word`
(whole words, the default), `start` (words that begin so) or `any` (anywhere). Terms and posts are compared in
the normaliser's keyed view, so one entry covers its disguises. Chinese has no spaces: the longest term wins
(forward maximum matching), a term of one character must be a segmented word, and terms that are not mild are
found by their sound too (`sounds`). `implies` maps a label to those that bring it along: `{"toxic": ["insult"]}` lets a
word that insults count as toxic. Versions made before there was `implies` take what their desk says.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, groupby, pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import ahocorasick
import rjieba
from annotated_types import Len

from aimass_apps.inference.kinds.keywords.desk_labels import desk_labels
from aimass_apps.inference.predictor import Answer, Item, Span
from aimass_apps.inference.ranges import Ranges
from aimass_apps.inference.text.normalise import Normalised, normalise
from aimass_apps.inference.text.sounds import SoundFinder
from aimass_apps.registry.artefacts import read_manifest
from aimass_apps.strict_files import BadFile, Text, checked, read_json

WORDS = "words.json"
MILD = 1  # severity
WEIGHTS = {1: 0.35, 2: 0.7, 3: 0.95}
Match = Literal["word", "start", "any"]
MATCHES: frozenset[str] = frozenset(get_args(Match))
Severity = Literal[1, 2, 3]
Term = Annotated[Text, Len(1, 200)]


class BadWordList(BadFile):
    """An entry of a keyword list can't be used; the message names it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One term; `harmless` lists longer phrases in which it means nothing bad."""

    term: Term
    label: Text
    severity: Severity = 2
    match: Match = "word"
    harmless: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class WordList:
    """The content of `words.json`."""

    labels: tuple[Text, ...]
    entries: tuple[Entry, ...]
    implies: Mapping[str, tuple[Text, ...]] | None = None  # by label those that bring it along

    def __post_init__(self) -> None:
        if unknown := sorted({each.label for each in self.entries} - set(self.labels)):
            raise ValueError(f"entries use labels that the list does not have: {', '.join(unknown)}")


class KeywordPredictor:
    """Finds terms in one pass over the text, however many there are (Aho-Corasick)."""

    def __init__(
        self, entries: Sequence[Entry], labels: Sequence[str], implies: Mapping[str, Collection[str]] | None = None
    ) -> None:
        self.labels = tuple(labels)
        self._counts_for = {
            label: (label, *(other for other, kinds in (implies or {}).items() if label in kinds and other in labels))
            for label in {entry.label for entry in entries}
        }
        self._find = ahocorasick.Automaton()
        self._harmless = ahocorasick.Automaton()
        held: dict[str, list[Entry]] = {}
        for entry in entries:
            held.setdefault(normalise(entry.term, "keyed").text, []).append(entry)
            for phrase in entry.harmless:
                keyed = normalise(phrase, "keyed").text
                self._harmless.add_word(keyed, len(keyed))
        for keyed, same in held.items():
            self._find.add_word(keyed, (len(keyed), tuple(same)))
        self._by_sound = {
            keyed: grave for keyed, same in held.items() if (grave := [each for each in same if each.severity > MILD])
        }
        self._sounds = SoundFinder(self._by_sound)
        for automaton in (self._find, self._harmless):
            if len(automaton):
                automaton.make_automaton()

    @classmethod
    def load(cls, folder: Path, device: str = "auto") -> KeywordPredictor:
        """Open an artefact folder; `device` is of no matter here. Raises `BadWordList`."""
        words = read_json(folder / WORDS, WordList, BadWordList)
        implies: Mapping[str, Collection[str]] | None = words.implies
        if implies is None:  # written before lists said it themselves
            implies = desk_labels(read_manifest(folder).desk).implied_among(words.labels)
        return cls(words.entries, words.labels, implies)

    def predict(self, items: Sequence[Item]) -> list[Answer]:
        """Scores are 1 - product of (1 - weight) over a label's matches; spans are the matches."""
        return [self._answer(item.text) for item in items]

    def _answer(self, text: str) -> Answer:
        spans = tuple(self._spans(normalise(text, "keyed")))
        missed = dict.fromkeys(self.labels, 1.0)
        for span in spans:
            for label in self._counts_for[span.label]:
                missed[label] *= 1.0 - span.weight
        return Answer({label: 1.0 - share for label, share in missed.items()}, spans)

    def _spans(self, found: Normalised) -> Iterator[Span]:
        for start, end, entry in self._matches(found.text):
            first, last = found.to_original(start, end)
            yield Span(first, last, entry.label, entry.term, WEIGHTS[entry.severity])

    def _matches(self, text: str) -> list[tuple[int, int, Entry]]:
        if not len(self._find):
            return []
        hits = [
            (stop + 1 - length, stop + 1, entry)
            for stop, (length, entries) in self._find.iter(text)
            for entry in entries
            if _stands_alone(text, stop + 1 - length, stop + 1, entry.match)
        ]
        hits += [
            (start, stop, entry) for start, stop, term in self._sounds.find(text) for entry in self._by_sound[term]
        ]
        return self._longest(text, hits) if hits else []

    def _longest(self, text: str, hits: list[tuple[int, int, Entry]]) -> list[tuple[int, int, Entry]]:
        """Without matches inside longer ones, inside harmless phrases, or across the seams of Chinese words."""
        harmless = Ranges((stop + 1 - length, stop + 1) for stop, length in _iterate(self._harmless, text))
        words = _Words(text)
        kept: list[tuple[int, int, Entry]] = []
        reach = 0  # how far the kept ones go that start no later
        ordered = sorted(hits, key=lambda each: (each[0], -each[1]))
        for (start, end), same in groupby(ordered, key=lambda each: each[:2]):
            if end > reach and not harmless.cover(start, end) and words.stay_whole(start, end):
                kept += same
                reach = end
        return kept


def read_entries(raw: Iterable[Mapping[str, Any]]) -> list[Entry]:
    """Check and build entries. Raises `BadWordList`."""
    return checked(list(raw), list[Entry], BadWordList)


def _iterate(automaton: Any, text: str) -> Iterable[tuple[int, int]]:
    return automaton.iter(text) if len(automaton) else ()


def _stands_alone(text: str, start: int, end: int, match: str) -> bool:
    if match == "any" or _is_han(text[start]):
        return True
    begins = start == 0 or not _in_word(text[start - 1])
    return begins and (match == "start" or end == len(text) or not _in_word(text[end]))


class _Words:
    """The words of a Chinese text, cut when first asked for: most texts need none."""

    def __init__(self, text: str) -> None:
        self._text = text

    def stay_whole(self, start: int, end: int) -> bool:
        """False when a Chinese term of one character is only a piece of a longer word (`滚` in `滚动`).

        Longer terms may stand inside a word (`令人恶心`): segmentation errs more often there than the list.
        """
        return end - start > 1 or not _is_han(self._text[start]) or not self._longer.touch(start, end)

    @cached_property
    def _longer(self) -> Ranges:
        """Where words of two characters or more stand."""
        ends = list(accumulate(map(len, rjieba.cut(self._text))))
        return Ranges((start, end) for start, end in pairwise([0, *ends]) if end - start > 1)


def _is_han(character: str) -> bool:
    return "\u4e00" <= character <= "\u9fff"


def _in_word(character: str) -> bool:
    return (character.isalnum() or character == "_") and not _is_han(character)
