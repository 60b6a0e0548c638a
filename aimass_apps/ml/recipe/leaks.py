"""Test rows among the training rows, exactly or nearly (MinHash): they make a model look better than it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from datasketch import MinHash, MinHashLSH

NEAR = 0.8  # Jaccard similarity of character 5-grams from which two texts are near-duplicates
PERMUTATIONS = 64
SHORTEST = 30  # letters; shorter texts are alike by chance and are compared exactly only
_SPACE = re.compile(r"[\W_]+", re.UNICODE)


class Leak(ValueError):
    """Training rows stand in a test file too; the message counts them and shows none of their text."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Position of a training row, position of the test row, and whether the two are the same text."""

    training: int
    test: int
    exact: bool


def find_leaks(training: Sequence[str], test: Iterable[str]) -> Iterator[Hit]:
    """Training rows that stand, exactly or nearly, in `test`; each training row at most once."""
    exact: dict[str, int] = {}
    index = MinHashLSH(threshold=NEAR, num_perm=PERMUTATIONS)
    sketches: dict[int, MinHash] = {}
    for number, text in enumerate(test):
        plain = plain_form(text)
        if plain in exact or not plain:
            continue
        exact[plain] = number
        if len(plain) >= SHORTEST:
            sketches[number] = _sketch(plain)
            index.insert(number, sketches[number])
    for number, text in enumerate(training if exact else ()):
        plain = plain_form(text)
        if plain in exact:
            yield Hit(number, exact[plain], exact=True)
        elif len(plain) >= SHORTEST:
            mine = _sketch(plain)
            near = [each for each in index.query(mine) if mine.jaccard(sketches[each]) >= NEAR]
            if near:
                yield Hit(number, min(near), exact=False)


def plain_form(text: str) -> str:
    """Letters and digits in lower case, runs of anything else as one space."""
    return _SPACE.sub(" ", text.lower()).strip()


def _sketch(plain: str) -> MinHash:
    sketch = MinHash(num_perm=PERMUTATIONS, seed=1)
    sketch.update_batch([plain[at : at + 5].encode() for at in range(len(plain) - 4)])
    return sketch
