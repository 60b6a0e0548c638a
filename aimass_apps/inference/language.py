"""Which language a post is in, as far as routing needs it: English, Chinese, both, another, or no telling.

Scripts are counted first; Latin text is English if its words are, by function words of 14 languages and an English
word list. Small and quick enough for a web process: no model, no state.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from .normalise import normalise
from .vocabulary import is_any_word

_DATA = json.loads((Path(__file__).parent / "data" / "function_words.json").read_text(encoding="utf-8"))
_ENGLISH = frozenset(_DATA["english"].split())
_OTHERS = tuple(frozenset(words.split()) for words in _DATA["others"].values())

_NOISE = re.compile(r"https?://\S+|www\.\S+|@\w+|\S+@\S+\.\w+|&\w+;")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_KANA = re.compile("[\u3041-\u309f\u30a1-\u30fa]")
_LATIN_WORD = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]+(?:['’][A-Za-z]+)?")
_OTHER_LETTER = re.compile(
    "[^\\W\\d_A-Za-z\u00aa\u00ba\u00c0-\u024f\u1e00-\u1eff\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff]"
)

_HAN_PER_WORD = 1.6  # characters of a Chinese word, on average
_LETTERS_PER_WORD = 5.0
_MINOR = 0.2  # a share of words below this is borrowing, not another language

_ROUTES = {
    "en": ("en", "any"),
    "zh": ("zh", "any"),
    "mixed": ("en", "zh", "any"),
    "unknown": ("en", "zh", "any"),
    "other": ("any",),
}


@lru_cache(maxsize=1024)
def detect_language(text: str) -> str:
    """`en`, `zh`, `mixed` (more than one language), `other`, or `unknown` (too little to tell).

    Disguises (look-alike letters, leetspeak) are taken off before counting.
    """
    plain = _NOISE.sub(" ", normalise(text).text)
    latin_words = [word.lower().replace("’", "'") for word in _LATIN_WORD.findall(plain)]
    parts = {
        "han": len(_HAN.findall(plain)) / _HAN_PER_WORD,
        "latin": float(len(latin_words)),
        "kana": len(_KANA.findall(plain)) / _HAN_PER_WORD,
        "other": len(_OTHER_LETTER.findall(plain)) / _LETTERS_PER_WORD,
    }
    total = sum(parts.values())
    if total == 0:
        return "unknown"
    return _name({part for part, words in parts.items() if words >= _MINOR * total}, latin_words)


def languages_to_ask(text: str) -> tuple[str, ...]:
    """The version languages that may apply to a text; mixed and unknown text goes to all of them."""
    return _ROUTES[detect_language(text)]


def _name(present: set[str], latin_words: Sequence[str]) -> str:
    if "kana" in present:
        present -= {"kana", "han"}
        present |= {"other"}
    names = {"han": "zh", "other": "other"}
    found = {_latin_language(latin_words) if part == "latin" else names[part] for part in present}
    if len(found) > 1:
        return "mixed"
    return found.pop()


def _latin_language(words: Sequence[str]) -> str:
    """Slang and abuse hold few listed words: only signs of another language say `other`, else it is `unknown`."""
    english = sum(word in _ENGLISH for word in words)
    known = sum(word in _ENGLISH or is_any_word(word) for word in words)
    different = set(words)
    foreign = max(len(different & language) for language in _OTHERS)
    accented = sum(not word.isascii() for word in different)
    if foreign + accented >= 2 and foreign + accented > len(different & _ENGLISH):
        return "other"
    if (english and known >= 0.4 * len(words)) or known >= 0.6 * len(words):
        return "en"
    return "unknown"
