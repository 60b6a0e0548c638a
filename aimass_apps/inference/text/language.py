"""Which languages a post is in, as far as routing needs it.

Scripts are counted first: most name a language or a few. Latin text is English if its words are, by function words of
14 languages and an English word list. Small and quick enough for a web process: no model, no state.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from aimass_apps.inference.text.normalise import normalise
from aimass_apps.inference.text.vocabulary import is_any_word
from aimass_apps.registry.languages import ANY, EVERY

OTHER = "other"  # a language that can't be named

_DATA = json.loads((Path(__file__).parent / "data" / "function_words.json").read_text(encoding="utf-8"))
_ENGLISH = frozenset(_DATA["english"].split())
_OTHERS = {language: frozenset(words.split()) for language, words in _DATA["others"].items()}

# Mail addresses are looked for at the start of a word alone, after the names that it may begin with: if none
# starts there, none starts further on. With possessive quantifiers that is linear on any input.
_NOISE = re.compile(
    r"(?<!\S)(?:[@#]\w++)*+(?:https?://\S++|www\.\S++|\S[^\s@]*+@\S+\.\w++)"
    r"|https?://\S++|www\.\S++|[@#]\w++|&\w++;"
)
_LATIN_WORD = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]+(?:['’][A-Za-z]+)?")
_OTHER_LETTER = re.compile(
    "[^\\W\\d_A-Za-z\u00aa\u00ba\u00c0-\u024f\u0370-\u052f\u0590-\u06ff\u0900-\u0dff\u0e00-\u0eff\u10a0-\u10ff"
    "\u1100-\u11ff\u1e00-\u1eff\u3041-\u30ff\u3130-\u318f\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]"
)
_HAN_PER_WORD = 1.6  # characters of a Chinese word, on average
_LETTERS_PER_WORD = 5.0
_MINOR = 0.2  # a share of words below this is borrowing, not another language
_KANA_IN_JAPANESE = 0.15  # of its letters; Chinese posts hold single kana in faces made of signs
_FEW = 5  # Latin words; fewer unknown ones may be names or slang


@dataclass(frozen=True, slots=True)
class Script:
    """Letters that tell a language, or the few that it may be; `per_word` letters make a word."""

    letters: re.Pattern[str]
    languages: frozenset[str]
    per_word: float = _LETTERS_PER_WORD


_SCRIPTS = {
    "han": Script(re.compile("[\u3400-\u4dbf\u4e00-\u9fff]"), frozenset({"zh"}), _HAN_PER_WORD),
    "kana": Script(re.compile("[\u3041-\u309f\u30a1-\u30fa]"), frozenset({"ja"}), _HAN_PER_WORD),
    "hangul": Script(re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]"), frozenset({"ko"}), 3.0),
    "cyrillic": Script(re.compile("[\u0400-\u052f]"), frozenset({"ru", "uk", "bg", "sr", "mk", "be", "kk"})),
    "greek": Script(re.compile("[\u0370-\u03ff]"), frozenset({"el"})),
    "hebrew": Script(re.compile("[\u0590-\u05ff]"), frozenset({"he", "yi"})),
    "arabic": Script(re.compile("[\u0600-\u06ff]"), frozenset({"ar", "fa", "ur"})),
    "indic": Script(
        re.compile("[\u0900-\u0dff]"), frozenset({"hi", "mr", "ne", "bn", "pa", "gu", "ta", "te", "kn", "ml", "si"})
    ),
    "thai": Script(re.compile("[\u0e00-\u0eff]"), frozenset({"th", "lo"})),
    "georgian": Script(re.compile("[\u10a0-\u10ff]"), frozenset({"ka"})),
    "other": Script(_OTHER_LETTER, frozenset({OTHER})),
}


@dataclass(frozen=True, slots=True)
class Languages:
    """The languages of one text: for each part of it those that it may be in; an empty set where nothing tells."""

    parts: frozenset[frozenset[str]]

    @property
    def name(self) -> str:
        """`en`, `zh` or another code; `mixed`, `other` (one of several, or none that we know), `unknown`."""
        if not any(self.parts):
            return "unknown"
        if len(self.parts) > 1:
            return "mixed"
        (only,) = self.parts
        return next(iter(only)) if len(only) == 1 else OTHER

    @property
    def to_ask(self) -> tuple[str, ...]:
        """Languages whose versions may apply; `EVERY` where a part's language can't be told."""
        if not all(self.parts) or any(OTHER in part for part in self.parts):
            return (EVERY, ANY)
        return (*sorted(frozenset().union(*self.parts)), ANY)

    def unread(self, by: Iterable[str]) -> tuple[str, ...]:
        """The languages of parts that no version reads, given the languages of the versions `by`.

        A part of which nothing can be told (signs, names, a word or two) counts as read by any version.
        """
        known = set(by)
        if ANY in known:
            return ()
        return tuple(
            sorted({min(part) if len(part) == 1 else OTHER for part in self.parts if part and not part & known})
        )


@lru_cache(maxsize=1024)
def find_languages(text: str) -> Languages:
    """The languages of a text. Disguises (look-alike letters, leetspeak) are taken off before counting."""
    plain = _NOISE.sub(" ", normalise(text).text)
    latin_words = [word.lower().replace("’", "'") for word in _LATIN_WORD.findall(plain)]
    sizes = {name: len(script.letters.findall(plain)) / script.per_word for name, script in _SCRIPTS.items()}
    if sizes["kana"] >= _KANA_IN_JAPANESE * (sizes["kana"] + sizes["han"]):
        sizes["kana"] += sizes.pop("han")
    else:
        del sizes["kana"]
    total = len(latin_words) + sum(sizes.values())
    if total == 0:
        return Languages(frozenset({frozenset()}))
    parts = {_SCRIPTS[name].languages for name, words in sizes.items() if words and words >= _MINOR * total}
    if latin_words and len(latin_words) >= _MINOR * total:
        parts.add(_latin_languages(latin_words))
    return Languages(frozenset(parts))


def detect_language(text: str) -> str:
    """The name of a text's language, as a submission keeps it (`Languages.name`)."""
    return find_languages(text).name


def languages_to_ask(text: str) -> tuple[str, ...]:
    """The version languages that may apply to a text; mixed and unknown text goes to all of them."""
    return find_languages(text).to_ask


def _latin_languages(words: Sequence[str]) -> frozenset[str]:
    """Slang and abuse hold few listed words: only signs of another language, or many unknown words, name another."""
    english = sum(word in _ENGLISH for word in words)
    known = sum(word in _ENGLISH or is_any_word(word) for word in words)
    different = set(words)
    found = {language: len(different & own) for language, own in _OTHERS.items()}
    most = max(found.values())
    accented = sum(not word.isascii() for word in different)
    if most + accented >= 2 and most + accented > len(different & _ENGLISH):
        return frozenset(language for language, count in found.items() if count == most) if most else frozenset({OTHER})
    if (english and known >= 0.4 * len(words)) or known >= 0.6 * len(words):
        return frozenset({"en"})
    if len(different) >= _FEW and not english and known < 0.3 * len(words):
        return frozenset({OTHER})
    return frozenset()
