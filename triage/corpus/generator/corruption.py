"""Invented cases told roughly, to fit and judge models on: words lost, misspelt, sentences left out.

The models learned the generator's own wordings; on its tidy texts each looks surer than it is on what people write. So
rough that the models together are right about as often as on published cases: they name the right condition first in
56 % of the 64 cases of AgentClinic-MedQA whose diagnosis the catalogue knows.
"""

from __future__ import annotations

import re
from random import Random
from typing import Final

from aimass_apps.ml.recipe import mistyping

ROUGHNESS: Final = (0.3, 0.4, 0.5)  # share of the longer words that is lost or misspelt
_LEFT_OUT: Final = 0.25  # of the sentences behind the first
_WORD: Final = re.compile(r"[A-Za-z]{4,}")
# Without these a finding would change from absent to present.
_KEPT: Final = frozenset(("denies", "denied", "without", "never", "neither", "absent", "don't", "doesn't", "year"))


def retold(text: str, rng: Random) -> str:
    """The text with words and sentences lost; the first sentence, which says who it is about, keeps its place."""
    roughness = rng.choice(ROUGHNESS)
    first, *rest = re.split(r"(?<=[.?!]) ", text)
    told = [first, *(sentence for sentence in rest if rng.random() >= _LEFT_OUT)]
    return re.sub(r" {2,}", " ", _WORD.sub(lambda match: _changed(match.group(), roughness, rng), " ".join(told)))


def _changed(word: str, roughness: float, rng: Random) -> str:
    if word.lower() in _KEPT or rng.random() >= roughness:
        return word
    return "" if rng.random() < 0.5 else _misspelt(word, rng)


def _misspelt(word: str, rng: Random) -> str:
    at = rng.randrange(1, len(word) - 1)
    return mistyping.swapped(word, at) if rng.random() < 0.5 else mistyping.lost(word, at)
