"""Characters that look like others, or like nothing: folding them, one step a function.

Each step takes the current text and returns the edits it wants (`offset_text.Edit`), sorted and apart.
"""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path

from aimass_apps.inference.text.offset_text import Edit

_TABLES = json.loads((Path(__file__).parent / "data" / "lookalikes.json").read_text(encoding="utf-8"))
_ANYWHERE: dict[str, str] = dict(zip(_TABLES["anywhere"]["from"], _TABLES["anywhere"]["to"], strict=True))
_IN_LATIN: dict[str, str] = dict(zip(_TABLES["in_latin_words"]["from"], _TABLES["in_latin_words"]["to"], strict=True))
_IN_LATIN_CLASS = re.escape("".join(_IN_LATIN))

_MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_MARKED = re.compile(f"([^{_MARKS}])([{_MARKS}]+)")
_MOST_MARKS = 8  # of a pile that are read: putting a longer one in order costs its length squared
_JOINERS = re.compile("[\u200c\u200d]+")
# Possessive and anchored at a word's start: linear on any input.
_MIXED_WORD = re.compile(
    f"(?<![^\\W\\d_])(?=[{_IN_LATIN_CLASS}]*+[A-Za-z])(?=[A-Za-z]*+[{_IN_LATIN_CLASS}])"
    f"[A-Za-z{_IN_LATIN_CLASS}]++(?![^\\W\\d_])"
)
_KEPT = frozenset("\u200c\u200d\n\t\r")
_CHINESE_PUNCTUATION = frozenset("，！？：；（）")  # natural in Chinese: folded for keywords alone


class CharacterTable(dict[int, str]):
    """Character folds for `str.translate`, worked out when first met."""

    def __init__(self, *, bare_letters: bool) -> None:
        super().__init__()
        self.bare_letters = bare_letters

    def __missing__(self, code: int) -> str:
        folded = self[code] = self._fold(chr(code))
        return folded

    def _fold(self, sign: str) -> str:
        if sign in _KEPT or sign.isascii() or (sign in _CHINESE_PUNCTUATION and not self.bare_letters):
            return sign
        if sign in _ANYWHERE:
            return _ANYWHERE[sign]
        if _is_invisible(sign):
            return ""
        folded = sign if 0x3130 <= ord(sign) <= 0x318F else unicodedata.normalize("NFKC", sign)
        if folded.startswith(" ") and len(folded) > 1:  # spacing accents: a space and a mark would split a word
            return sign
        if self.bare_letters and "LATIN" in unicodedata.name(sign, ""):
            return _bare(folded)
        return folded


def _is_invisible(sign: str) -> bool:
    # Variation selectors and the Hangul fillers are not of category Cf, but show nothing either.
    return (
        unicodedata.category(sign) == "Cf" or "\ufe00" <= sign <= "\ufe0f" or sign in "\u115f\u1160\u3164\uffa0\u034f"
    )


def _bare(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")


LIGHT = CharacterTable(bare_letters=False)
KEYED = CharacterTable(bare_letters=True)


def fold_characters(text: str, table: CharacterTable) -> list[Edit]:
    """NFKC, full width, mathematical and circled letters, small capitals, invisible signs."""
    if text.isascii() or text.translate(table) == text:
        return []
    return [Edit(i, i + 1, table[ord(c)]) for i, c in enumerate(text) if table[ord(c)] != c]


def fold_marks(text: str) -> list[Edit]:
    """Compose a Latin letter with its accent; marks that compose with nothing, or are piled up, go."""
    if text.isascii():
        return []
    edits = []
    for match in _MARKED.finditer(text):
        base, marks = match.groups()
        if base.isalpha() and not unicodedata.name(base, "").startswith("LATIN") and len(marks) <= 2:
            continue
        composed = unicodedata.normalize("NFC", base + marks[:_MOST_MARKS])
        edits.append(Edit(match.start(), match.end(), composed if len(composed) == 1 else composed[0]))
    return edits


def drop_joiners(text: str) -> list[Edit]:
    """Zero-width joiners stay inside emoji and between letters of scripts that need them."""
    if text.isascii():
        return []
    return [
        Edit(match.start(), match.end(), "")
        for match in _JOINERS.finditer(text)
        if not (
            _needs_joiner(text[match.start() - 1 : match.start()])
            and _needs_joiner(text[match.end() : match.end() + 1])
        )
    ]


def _needs_joiner(sign: str) -> bool:
    if not sign or "\u4e00" <= sign <= "\u9fff":
        return False
    return unicodedata.category(sign) in {"So", "Sk", "Lo", "Mn", "Mc"}


def fold_mixed_words(text: str) -> list[Edit]:
    """Cyrillic, Greek and other look-alikes to Latin, only in words whose other letters are Latin."""
    if text.isascii():
        return []
    return [
        Edit(match.start(), match.end(), "".join(_IN_LATIN.get(c, c) for c in match[0]))
        for match in _MIXED_WORD.finditer(text)
    ]
