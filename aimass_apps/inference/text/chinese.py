"""Chinese spellings: traditional and simplified folded together, and the commonest ways round a filter.

Each step takes the current text and returns edits (`offset_text.Edit`). Text with kana is Japanese and left alone.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from aimass_apps.inference.text.offset_text import Edit

HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_DATA = Path(__file__).parent / "data"
_VARIANTS = json.loads((_DATA / "han_variants.json").read_text(encoding="utf-8"))
_TO_SIMPLIFIED = dict(zip(_VARIANTS["traditional"], _VARIANTS["simplified"], strict=True))
_SIMPLIFY = str.maketrans(_TO_SIMPLIFIED)
_EVASIONS = json.loads((_DATA / "evasions_zh.json").read_text(encoding="utf-8"))

_HAN = re.compile(f"[{HAN}]")
_KANA = re.compile("[\u3041-\u30ff]")
_GAPS = re.compile(f"(?<=[{HAN}])[ .·•*_~|\\-]{{1,3}}(?=[{HAN}])")
_SPACED = re.compile(f"(?<![{HAN}])[{HAN}](?:[ .·•*_~|\\-]{{1,3}}[{HAN}])+(?![{HAN}])")


def _alternatives(words: dict[str, str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))


_SPELLINGS = _EVASIONS["split"] | _EVASIONS["sound"]
_SPELLINGS_KEYED = _SPELLINGS | _EVASIONS["sound_keyed"]
_SPELLING = _alternatives(_SPELLINGS)
_SPELLING_KEYED = _alternatives(_SPELLINGS_KEYED)
_INITIALS = re.compile(
    f"(?<![A-Za-z0-9])(?:{_alternatives(_EVASIONS['initials']).pattern})(?![A-Za-z0-9])", re.IGNORECASE
)
_EMOJI = [(re.compile(f"(?<=[{row['after']}])[{row['signs']}]"), row["for"]) for row in _EVASIONS["emoji"]]


def has_han(text: str) -> bool:
    """Whether the text holds Chinese characters and no kana."""
    return not text.isascii() and _HAN.search(text) is not None and _KANA.search(text) is None


def simplify(text: str) -> list[Edit]:
    """Traditional characters to simplified ones, one for one."""
    if text.translate(_SIMPLIFY) == text:
        return []
    return [Edit(i, i + 1, _TO_SIMPLIFIED[c]) for i, c in enumerate(text) if c in _TO_SIMPLIFIED]


def close_gaps(text: str, *, keyed: bool) -> list[Edit]:
    """Join single characters that were set apart (light), or any two with a gap between (keyed)."""
    if keyed:
        return [Edit(match.start(), match.end(), "") for match in _GAPS.finditer(text)]
    return [
        Edit(run.start() + gap.start(), run.start() + gap.end(), "")
        for run in _SPACED.finditer(text)
        for gap in _GAPS.finditer(run[0])
    ]


def respell(text: str, *, keyed: bool) -> list[Edit]:
    """Split characters and sound-alikes to the word they stand for."""
    pattern, words = (_SPELLING_KEYED, _SPELLINGS_KEYED) if keyed else (_SPELLING, _SPELLINGS)
    return [Edit(match.start(), match.end(), words[match[0]]) for match in pattern.finditer(text)]


def spell_out_initials(text: str) -> list[Edit]:
    """Pinyin initials (`nmsl`) to characters; call it only for text that `has_han`."""
    words = _EVASIONS["initials"]
    return [Edit(match.start(), match.end(), words[match[0].lower()]) for match in _INITIALS.finditer(text)]


def read_emoji(text: str) -> list[Edit]:
    """An animal that stands for a character, after the characters that make it so."""
    edits = [
        Edit(match.start(), match.end(), character) for pattern, character in _EMOJI for match in pattern.finditer(text)
    ]
    return sorted(edits)
