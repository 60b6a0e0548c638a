"""Noise for augmentation: how people disguise, mistype and decorate what they write. The label stays the same."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from aimass_apps.ml.recipe import mistyping

_LEET = {"a": "4@", "e": "3", "i": "1!", "o": "0", "s": "5$", "t": "7", "l": "1"}
# Code points of Cyrillic and Greek letters that look like the Latin key.
_LOOKALIKES = {
    "a": "\u0430", "c": "\u0441", "e": "\u0435", "i": "\u0456", "j": "\u0458", "o": "\u043e", "p": "\u0440",
    "s": "\u0455", "x": "\u0445", "y": "\u0443", "v": "\u03bd", "A": "\u0410", "B": "\u0412", "E": "\u0415",
    "H": "\u041d", "K": "\u041a", "M": "\u041c", "O": "\u041e", "P": "\u0420", "T": "\u0422",
}  # fmt: skip
_INVISIBLE = "\u200b\u200c\u2060\u00ad"
_KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_NEUTRAL_EMOJI = "😂😅🙄👀💯🤔😐📢✨🤷"
_SEPARATORS = (" ", ".", "-", "_", "*")
_WORD = re.compile(r"[^\W\d_]{3,}")

Noise = Callable[[str, random.Random], str]


def add_noise(text: str, rng: random.Random) -> str:
    """The text with one or two kinds of noise in it; Chinese text gets its own kinds, empty text stays empty.

    About one word in three is touched, at least one. The same `rng` state gives the same text.
    """
    kinds = CHINESE_NOISES if _is_chinese(text) else NOISES
    for noise in rng.sample(kinds, k=rng.choice((1, 1, 2))):
        text = noise(text, rng)
    return text


def leet(text: str, rng: random.Random) -> str:
    """Signs and digits for letters: `h4te`."""
    return _some_words(text, rng, lambda word: _some_letters(word, rng, lambda c: rng.choice(_LEET.get(c.lower(), c))))


def lookalikes(text: str, rng: random.Random) -> str:
    """Cyrillic and Greek letters for Latin ones."""
    return _some_words(text, rng, lambda word: _some_letters(word, rng, lambda c: _LOOKALIKES.get(c, c)))


def invisible(text: str, rng: random.Random) -> str:
    """Characters without width between letters."""
    return _some_words(text, rng, lambda word: _inserted(word, rng.choice(_INVISIBLE), rng))


def spaced(text: str, rng: random.Random) -> str:
    """Letters set apart: `h a t e`, `h.a.t.e`."""
    return _some_words(text, rng, lambda word: rng.choice(_SEPARATORS).join(word), share=0.15)


def stretched(text: str, rng: random.Random) -> str:
    """One letter held down: `stuuuupid`."""

    def stretch(word: str) -> str:
        at = rng.randrange(1, len(word))
        return word[:at] + word[at] * rng.randint(2, 4) + word[at:]

    return _some_words(text, rng, stretch)


def typos(text: str, rng: random.Random) -> str:
    """A letter swapped with its neighbour, dropped, doubled or mistyped."""
    return _some_words(text, rng, lambda word: _mistyped(word, rng))


def shouting(text: str, rng: random.Random) -> str:
    """Everything, or some words, in capitals."""
    return text.upper() if rng.random() < 0.4 else _some_words(text, rng, str.upper)


def emoji(text: str, rng: random.Random) -> str:
    """Emoji that say nothing for or against anybody, between words or at the end."""
    words = text.split(" ")
    at = rng.choice((len(words), rng.randrange(len(words) + 1)))
    return " ".join([*words[:at], rng.choice(_NEUTRAL_EMOJI) * rng.randint(1, 2), *words[at:]])


def run_together(text: str, rng: random.Random) -> str:
    """Two to four neighbouring words without their spaces."""
    words = text.split(" ")
    at = rng.randrange(max(1, len(words) - 1))
    size = rng.randint(2, 4)
    return " ".join([*words[:at], "".join(words[at : at + size]), *words[at + size :]])


def spaced_characters(text: str, rng: random.Random) -> str:
    """Gaps or signs between neighbouring Chinese characters."""
    at = rng.randrange(max(1, len(text) - 3))
    return text[:at] + rng.choice((" ", ".", "*", "-")).join(text[at : at + 4]) + text[at + 4 :]


NOISES: tuple[Noise, ...] = (
    leet, lookalikes, invisible, spaced, stretched, typos, typos, shouting, emoji, run_together,
)  # fmt: skip
CHINESE_NOISES: tuple[Noise, ...] = (spaced_characters, emoji)


def _is_chinese(text: str) -> bool:
    return 2 * sum("\u4e00" <= c <= "\u9fff" for c in text) > len(text)


def _some_words(text: str, rng: random.Random, change: Callable[[str], str], share: float = 0.35) -> str:
    words = list(_WORD.finditer(text))
    if not words:
        return text
    chosen = {rng.randrange(len(words))} | {i for i in range(len(words)) if rng.random() < share}
    pieces: list[str] = []
    done = 0
    for i in sorted(chosen):
        pieces += (text[done : words[i].start()], change(words[i][0]))
        done = words[i].end()
    return "".join(pieces) + text[done:]


def _some_letters(word: str, rng: random.Random, change: Callable[[str], str]) -> str:
    share = rng.choice((0.3, 0.6, 1.0))
    return "".join(change(c) if rng.random() < share else c for c in word)


def _inserted(word: str, sign: str, rng: random.Random) -> str:
    if rng.random() < 0.5:
        return sign.join(word)
    at = rng.randrange(1, len(word))
    return word[:at] + sign + word[at:]


def _mistyped(word: str, rng: random.Random) -> str:
    at = rng.randrange(1, len(word))
    kind = rng.randrange(4)
    if kind == 0:
        return mistyping.swapped(word, at - 1)
    if kind == 1:
        return mistyping.lost(word, at)
    if kind == 2:
        return mistyping.doubled(word, at)
    return mistyping.replaced(word, at, _beside(word[at], rng))


def _beside(letter: str, rng: random.Random) -> str:
    for row in _KEYBOARD:
        at = row.find(letter)
        if at >= 0:
            return rng.choice(row[max(0, at - 1) : at] + row[at + 1 : at + 2])
    return letter
