"""Misspelt words of a note, read as the word of the catalogue that they are nearest to ("cheast pian", "numonia").

Only a word that no English word list has is touched, and only where one word of the catalogue's own vocabulary lies
within one or two slips of it, by letters or by sound.
"""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

import symspellpy
from symspellpy import SymSpell, Verbosity

from aimass_apps.inference.text.offset_text import Edit
from triage.clinical_text.shorthand import load_shorthand
from triage.knowledge.load import load_catalogue
from triage.knowledge.red_flags import phrase_words

_FURTHER: Final = 3  # letters by which a word of the same sound may be longer or shorter
MOST: Final = 80  # words of one text that are looked up
_WORD: Final = re.compile(r"(?<![\w'’-])[A-Za-z]{3,24}(?![\w'’-])")
_SENTENCE: Final = re.compile(r"(?:^|[.!?;:\n])\W*$")
_LETTERS: Final = re.compile(r"[a-z]{3,}")
_ENDINGS: Final = ("s", "es", "ed", "d", "ing", "er", "ers", "ly", "y", "ness", "ish", "ier", "al", "ic")
_SOUNDS: Final = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"^(?:pn|kn|gn)", "n"),
        (r"^ps", "s"),
        (r"^wh?", "w"),
        (r"^wr", "r"),
        (r"ph", "f"),
        (r"rrh", "r"),
        (r"gh(?=t|$)", ""),
        (r"ae|oe|ea|ee|ei|ie", "e"),
        (r"c(?=[eiy])", "s"),
        (r"ck|c|q", "k"),
        (r"z", "s"),
        (r"y", "i"),
        (r"ou|oo", "u"),
        (r"(.)\1", r"\1"),
        (r"(?<=..)e$", ""),
    )
)
_LONG, _SOUNDED, _LETTERED = 8, 5, 5  # letters from which two slips, a slip in the sound, one slip are forgiven


def correct_spelling(text: str) -> Iterator[Edit]:
    """Edits that put the nearest word of the vocabulary in place of a misspelt one, sorted and apart."""
    looked_up = 0
    for match in _WORD.finditer(text):
        word = match.group()
        if not _may_be_misspelt(word, text, match.start()):
            continue
        looked_up += 1
        if looked_up > MOST:
            return
        meant = nearest(word.lower())
        if meant:
            yield Edit(*match.span(), meant.capitalize() if word[0].isupper() else meant)


def _may_be_misspelt(word: str, text: str, start: int) -> bool:
    if word.isupper() or not (word.islower() or word.istitle()):
        return False
    # A capital inside a sentence begins a name.
    if word[0].isupper() and not _SENTENCE.search(text[max(0, start - 4) : start]):
        return False
    return not _is_known(word.lower())


@lru_cache(maxsize=4096)
def nearest(word: str) -> str:
    """The word of the vocabulary that a lower-case unknown word stands for; empty where none is near."""
    found = [each for each in (*_by_letters(word), *_by_sound(word)) if not _begins_otherwise(word, each)]
    return max(found, key=lambda each: (_sound(each) == _sound(word), vocabulary()[each], each)) if found else ""


def _begins_otherwise(word: str, meant: str) -> bool:
    """ "rehydration" is no slip of "dehydration", nor "consolable" of "inconsolable": a prefix turns the meaning."""
    turned = meant.endswith(word) or (word[2:] == meant[2:] and word[:2] != meant[:2])
    return turned and _sound(word) != _sound(meant)


def _by_letters(word: str) -> list[str]:
    slips = 2 if len(word) >= _LONG else 1
    near = _speller().lookup(word, Verbosity.CLOSEST, max_edit_distance=slips)
    return [each.term for each in near if _fits(word, each.term)]


def _fits(word: str, meant: str) -> bool:
    """A short word must keep its letters, or lack one; a long one its first letter."""
    if len(word) < _LETTERED:
        return sorted(word) == sorted(meant) or (len(meant) == len(word) + 1 and len(meant) > 3)
    return word[0] == meant[0] or len(word) >= _LONG - 1


def _by_sound(word: str) -> list[str]:
    if len(word) < _SOUNDED:
        return []
    near = _sound_speller().lookup(_sound(word), Verbosity.CLOSEST, max_edit_distance=1)
    return [meant for each in near for meant in _sounds()[each.term] if abs(len(meant) - len(word)) <= _FURTHER]


def _sound(word: str) -> str:
    for pattern, sound in _SOUNDS:
        word = pattern.sub(sound, word)
    return word


@cache
def vocabulary() -> Counter[str]:
    """The words of findings, conditions, rules and readings, with how often they stand there."""
    catalogue = load_catalogue()
    told = [
        *(text for each in catalogue.findings.values() for text in (each.name, *each.lay, *each.clinical)),
        *(text for each in catalogue.conditions.values() for text in (each.name, *each.synonyms)),
        *(each.reading for each in load_shorthand()),
    ]
    words: Counter[str] = Counter(word for text in told for word in _LETTERS.findall(text.lower()))
    words.update(phrase_words())
    return words


@cache
def _speller() -> SymSpell:
    speller = SymSpell(max_dictionary_edit_distance=2, prefix_length=7)
    for word, count in vocabulary().items():
        if len(word) >= 4:
            speller.create_dictionary_entry(word, count)
    return speller


@cache
def _sound_speller() -> SymSpell:
    speller = SymSpell(max_dictionary_edit_distance=1, prefix_length=7)
    for sound, words in _sounds().items():
        speller.create_dictionary_entry(sound, sum(vocabulary()[word] for word in words))
    return speller


@cache
def _english() -> frozenset[str]:
    """The 82,765 commonest English words that come with symspellpy."""
    path = Path(symspellpy.__file__).with_name("frequency_dictionary_en_82_765.txt")
    with path.open(encoding="utf-8-sig") as lines:
        return frozenset(line.partition(" ")[0] for line in lines)


@cache
def _sounds() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word in vocabulary():
        if len(word) >= _SOUNDED:
            found.setdefault(_sound(word), []).append(word)
    return found


@lru_cache(maxsize=4096)
def _is_known(word: str) -> bool:
    if word in vocabulary() or word in _english():
        return True
    stems = (word.removesuffix(ending) for ending in _ENDINGS if word.endswith(ending) and len(word) - len(ending) >= 3)
    return any(each in vocabulary() or each in _english() or each + "e" in _english() for each in stems)
