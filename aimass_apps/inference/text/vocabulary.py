"""English words in order of frequency, and the likeliest way to cut a run of letters into them."""

from __future__ import annotations

import json
import math
from functools import lru_cache
from pathlib import Path

_DATA = Path(__file__).parent / "data"
SPELLING = json.loads((_DATA / "spelling_en.json").read_text(encoding="utf-8"))

_COMMON: list[str] = json.loads((_DATA / "words_en.json").read_text(encoding="utf-8"))["words"].split()
_RANK: dict[str, int] = {word: rank for rank, word in reversed(list(enumerate(_COMMON, start=1)))}
for _word in SPELLING["extra_words"].split():
    _RANK.setdefault(_word, 5_000)
_SHORT = frozenset(SPELLING["short"].split())
_LONGEST = 16  # letters of the longest word tried
_SINGLE = {"a": 3.0, "i": 4.0, "u": 9.0}
_UNKNOWN = 14.0  # cost of an unknown stretch, and of each letter in it
_UNKNOWN_LETTER = 4.0


def is_word(word: str, *, shortest: int = 4) -> bool:
    """Whether lower-case `word` is a known English word; three letters count only if on the short list."""
    return word in _RANK if len(word) >= shortest else word in _SHORT


def is_any_word(word: str) -> bool:
    """Whether lower-case `word` is known, however short."""
    return word in _RANK or word in _SINGLE


def rank(word: str) -> int:
    """1 for the commonest word; unknown words rank last."""
    return _RANK.get(word, 100_000)


@lru_cache(maxsize=4096)
def cut_into_words(letters: str) -> tuple[str, ...]:
    """The cheapest cut of lower-case `letters` into words; a stretch that is no word comes back whole.

    Costs are log ranks (a Zipf model of frequency) plus a constant a word, summed by dynamic programming.
    """
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(letters) + 1):
        first = max(0, end - _LONGEST)
        best.append(min((best[start][0] + _cost(letters[start:end]), start) for start in range(first, end)))
    words: list[str] = []
    end = len(letters)
    while end:
        start = best[end][1]
        words.append(letters[start:end])
        end = start
    return tuple(reversed(words))


def _cost(word: str) -> float:
    if len(word) == 1:
        return _SINGLE.get(word, _UNKNOWN + _UNKNOWN_LETTER)
    position = _RANK.get(word)
    if position is None:
        return _UNKNOWN + _UNKNOWN_LETTER * len(word)
    return 2.0 + math.log(position)
