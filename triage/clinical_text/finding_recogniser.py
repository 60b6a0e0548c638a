"""Which findings of the catalogue a text names, in whatever order its words stand.

For models: the safety rules read exact wordings (`red_flags`), where a false hit costs trust. Here a wording counts as
named when its content words stand near each other in one sentence ("pain in the lower back" names "low back pain").
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from triage.clinical_text.assertion import Assertion, assert_mentions

SLACK: Final = 3  # further content words that may stand between those of one wording
FEW: Final = 3  # findings that may share a word which names one of them by itself
_WORD: Final = re.compile(r"[a-z]+(?:['’][a-z]+)?|\d+|[.;!?\n]")
_NUMBER: Final = re.compile(r"\d")
_ENDS: Final = frozenset(".;!?\n")
_DENYING: Final = frozenset((
    "no", "not", "never", "without", "none", "nor", "cannot", "can't", "cant", "couldn't", "didn't",
    "doesn't", "don't", "isn't", "wasn't", "won't", "unable",
))  # fmt: skip
_STOP: Final = frozenset((
    "a", "an", "the", "my", "his", "her", "their", "our", "your", "its", "i", "he", "she", "they", "it", "we",
    "you", "me", "him", "them", "am", "is", "are", "was", "were", "be", "been", "being", "has", "have", "had",
    "having", "do", "does", "did", "of", "in", "on", "at", "to", "for", "with", "from", "by", "as", "that",
    "this", "these", "those", "there", "and", "or", "which", "when", "where", "while", "who", "if", "then",
    "than", "so", "up", "out", "over", "into", "about", "very", "quite", "rather", "some", "any", "just",
    "i'm", "i've", "it's", "he's", "she's", "s", "patient",
))  # fmt: skip
# Left out where two other words remain: "I feel sick and dizzy" but "feeling sick".
_WEAK: Final = frozenset((
    "feel", "get", "got", "keep", "go", "goe", "seem", "start", "bit", "lot", "like", "really", "bad", "all",
    "time", "more", "much",
))  # fmt: skip
_IRREGULAR: Final = {
    "swollen": "swell", "bled": "bleed", "nauseous": "nausea", "nauseated": "nausea", "nauseating": "nausea",
    "feet": "foot", "teeth": "tooth", "felt": "feel", "threw": "throw", "broke": "break", "broken": "break",
    "lost": "lose", "loss": "lose", "losing": "lose", "fell": "fall", "tummy": "belly", "stomach": "belly",
    "abdomen": "belly", "abdominal": "belly", "bellies": "belly", "breathe": "breath", "worse": "worsen",
    "painful": "pain", "hurts": "pain", "hurt": "pain", "hurting": "pain", "aches": "pain", "ache": "pain",
    "aching": "pain", "sore": "pain", "soreness": "pain", "vomits": "vomit", "vomited": "vomit", "poo": "stool",
    "feces": "stool", "faeces": "stool", "pee": "urin", "peeing": "urin", "urinating": "urin", "urination": "urin",
    "urine": "urin", "wee": "urin", "weeing": "urin", "micturition": "urin", "thrown": "throw",
}  # fmt: skip
_SUFFIXES: Final = ("ness", "ings", "ing", "edly", "ed", "ful", "less", "ly", "ies", "es", "s", "y", "e", "i")


class Word(NamedTuple):
    """A content word: its stem, its characters in the text, the sentence it stands in."""

    stem: str
    start: int
    end: int
    sentence: int


@dataclass(frozen=True, slots=True)
class Wording:
    """One way to name a finding: its content stems in order; `fixed` where they must stand so (it denies something)."""

    finding: str
    stems: tuple[str, ...]
    fixed: bool


def stem(word: str) -> str:
    """A word without its English endings, British and American spelling alike; not a word of any dictionary."""
    plain = _IRREGULAR.get(word, word).replace("’", "'").removesuffix("'s")
    plain = plain.replace("ae", "e").replace("oe", "e")
    if plain in _DENYING:
        return "not"
    shorter = True
    while shorter:
        shorter = False
        for suffix in _SUFFIXES:
            if plain.endswith(suffix) and len(plain) - len(suffix) >= 3 and not (suffix == "s" and plain[-2] == "s"):
                plain, shorter = plain[: -len(suffix)], True
                break
    return plain[:-1] if len(plain) > 3 and plain[-1] == plain[-2] else plain


def content_words(text: str) -> list[Word]:
    """The words of a text that carry meaning, with their places."""
    folded = text.lower() if len(text.lower()) == len(text) else text
    words, sentence = [], 0
    for match in _WORD.finditer(folded):
        word = match.group()
        if word in _ENDS:
            sentence += 1
        elif word not in _STOP:
            words.append(Word(stem(word), match.start(), match.end(), sentence))
    return words


class Recogniser:
    """Finds named findings. Build it once: {finding: wordings}, of which the first is its name."""

    def __init__(self, wordings: Mapping[str, Sequence[str]]) -> None:
        made = {
            (finding, stems): Wording(finding, stems, "not" in stems)
            for finding, ways in wordings.items()
            for way in ways
            if (stems := _stems(way))
        }
        names = {finding: _stems(ways[0]) for finding, ways in wordings.items() if ways}
        shared = _shared(made.values())
        count = Counter(each for wording in made.values() for each in set(wording.stems))
        self._by_rarest: dict[str, list[Wording]] = defaultdict(list)
        for wording in made.values():
            # "Burning" alone may be a fever, a stomach or a foot: one word counts where few findings share it.
            if len(wording.stems) > 1 or shared[wording.stems[0]] <= FEW or wording.stems == names[wording.finding]:
                self._by_rarest[min(wording.stems, key=lambda each: (count[each], each))].append(wording)

    def mentions(self, text: str) -> list[tuple[int, int, str]]:
        """(start, end, finding) of every wording that the text names, each finding once at a place."""
        words = content_words(text)
        found: set[tuple[int, int, str]] = set()
        for place, word in enumerate(words):
            for wording in self._by_rarest.get(word.stem, ()):
                reach = len(wording.stems) + SLACK
                near = words[max(0, place - reach) : place + reach + 1]
                span = _span([each for each in near if each.sentence == word.sentence], wording, word)
                if span is not None:
                    found.add((*span, wording.finding))
        return sorted(found)

    def assertions(self, text: str) -> list[Assertion]:
        """The findings that a text names, each with its status (present, absent, past, family, uncertain)."""
        return assert_mentions(text, self.mentions(text))


def _shared(wordings: Iterable[Wording]) -> Counter[str]:
    """How many findings use a stem."""
    return Counter(each for each, _ in {(each, wording.finding) for wording in wordings for each in wording.stems})


def _stems(wording: str) -> tuple[str, ...]:
    if _NUMBER.search(wording):
        return ()  # "a pressure of 190/110" would be named by any pressure; vital signs are read as numbers
    stems = tuple(dict.fromkeys(word.stem for word in content_words(wording)))
    strong = tuple(each for each in stems if each not in _WEAK)
    return strong if len(strong) >= 2 else stems


def _span(near: Sequence[Word], wording: Wording, anchor: Word) -> tuple[int, int] | None:
    """The characters from first to last word of the wording, nearest the anchor; None where one is missing."""
    chosen = [_nearest(near, each, anchor) for each in wording.stems]
    places = [word for word in chosen if word is not None]
    if len(places) < len(chosen):
        return None
    at = [near.index(word) for word in places]
    spread = max(at) - min(at) + 1
    if wording.fixed and (at != sorted(at) or spread > len(at)):
        return None
    if spread > len(at) + SLACK:
        return None
    return min(word.start for word in places), max(word.end for word in places)


def _nearest(near: Sequence[Word], wanted: str, anchor: Word) -> Word | None:
    same = [word for word in near if word.stem == wanted]
    return min(same, key=lambda word: abs(word.start - anchor.start)) if same else None
