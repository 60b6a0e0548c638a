"""English spelled to get past a filter: spaced, stretched, masked, run together, or with signs for letters.

Each step takes the current text and returns edits (`offset_text.Edit`). A word list decides what a disguise stands
for; numbers, prices, ordinals, web addresses and model names stay as they are.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from aimass_apps.inference.ranges import Ranges
from aimass_apps.inference.text.offset_text import Edit
from aimass_apps.inference.text.vocabulary import SPELLING, cut_into_words, is_any_word, is_word, rank

_LETTERS: dict[str, str] = SPELLING["letters"]
_CODES: dict[str, str] = SPELLING["words"]
_MASKED: dict[str, str] = SPELLING["masked"]

# Possessive, and anchored at its start: linear on any input.
_ADDRESS = re.compile(
    r"(?:https?://|www\.)\S+|(?<![\w.+-])[\w.+-]++@[\w-]+\.\w[\w.]*"
    r"|(?<![\w-])[\w-]++\.(?:com|org|net|io|uk|edu|gov)\b\S*",
    re.I,
)
_CODED = re.compile(r"(?<![A-Za-z0-9$@€£])[A-Za-z0-9$@€£](?:[A-Za-z0-9$@€£!|+]*[A-Za-z0-9$@€£])?")
# A word up to its last letter. Looked ahead for from each sign of the word it would be read that many times.
_LETTERED = re.compile(r"(?<!\S)\S*[A-Za-z]")
_SIGN_AT_LETTER = re.compile(r"[A-Za-z][0-9$@€£!|+]|[0-9$@€£!|+][A-Za-z]")
_NUMBER = re.compile(
    r"[$€£]?\d+(?:[A-Za-z]{1,2}|th|min|mins|hrs|days|mph|usd|gbp|kwh)?[$€£]?|[A-Za-z]\d+|\d+[A-Za-z]\d+", re.I
)
_INNER_SIGNS = re.compile(r"(?<=[A-Za-z])[013457@$](?=[A-Za-z])")
# A lone 5, 7 or sign at the end is more often a number or an exclamation than a letter ("top5", "wow!").
_WEAK_END = re.compile(r"[57!|+€£]$")
_STRETCHED = re.compile(r"(?<![A-Za-z])(?=[A-Za-z]*?([A-Za-z])\1\1)[A-Za-z]+", re.I)
_RUN = re.compile(r"([A-Za-z])\1{2,}", re.I)
_ROMAN = re.compile(r"M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})", re.I)
_SPACED = re.compile(
    r"(?<![A-Za-z0-9$@'’])[A-Za-z0-9$@]([ .\-_*·•~|]{1,2})[A-Za-z0-9$@](?:\1[A-Za-z0-9$@])+"
    r"(?![A-Za-z0-9$@'’])"
)
_BROKEN = re.compile(r"(?<![A-Za-z])[A-Za-z]+(?:[.\-_*·•~|]{1,2}[A-Za-z]+)+(?![A-Za-z])")
_BREAKS = re.compile(r"[.\-_*·•~|]+")
_MASK = re.compile(r"(?<![A-Za-z*])(?=[A-Za-z*]*[A-Za-z])(?=[A-Za-z*]*\*)[A-Za-z*]+")
_RUN_ON_STARTS = frozenset(SPELLING["run_on_starts"].split())
_RUN_ON = re.compile(r"#?(?<![A-Za-z0-9@./])[A-Za-z]{8,40}(?![A-Za-z0-9@/])")


def _outside_addresses(text: str, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
    found = _ADDRESS.finditer(text) if "." in text or "/" in text else ()
    addresses = Ranges(match.span() for match in found)
    for match in pattern.finditer(text):
        if not addresses.touch(*match.span()):
            yield match


def read_signs(text: str, *, keyed: bool) -> list[Edit]:
    """Leetspeak (`h4te`, `@ss`, `$tupid`) to letters, where a word comes out or most of one is there."""
    edits: list[Edit] = []
    if not _SIGN_AT_LETTER.search(text):
        return edits
    lettered = Ranges(match.span() for match in _LETTERED.finditer(text))
    for match in _outside_addresses(text, _CODED):
        spelled = not match[0].isalpha() and lettered.touch(match.start(), match.start() + 1)
        word = _decode(match[0], keyed=keyed) if spelled else None
        if word is not None:
            edits.append(Edit(match.start(), match.end(), word))
    return edits


def _decode(coded: str, *, keyed: bool) -> str | None:
    lower = coded.lower()
    if lower in _CODES:
        return _CODES[lower]
    if not all(c.isalpha() or c in _LETTERS for c in lower):
        return None
    choices = [c if c.isalpha() else _LETTERS[c] for c in lower]
    candidates = ["".join(letters) for letters in itertools.islice(itertools.product(*choices), 16)]
    if _NUMBER.fullmatch(coded):
        return next((_cased(coded, word) for word in candidates if len(word) == 3 and is_word(word)), None)
    signs = sum(not c.isalpha() for c in coded)
    if not (signs == 1 and _WEAK_END.search(coded)):
        words = [candidate for candidate in candidates if _is_word_or_form(candidate)]
        if words:
            return _cased(coded, min(words, key=rank))
    return _cased(coded, candidates[0]) if _is_mostly_letters(coded, keyed=keyed) else None


def _is_word_or_form(word: str) -> bool:
    return is_word(word) or (len(word) > 5 and word.endswith("s") and is_word(word[:-1]))


def _is_mostly_letters(coded: str, *, keyed: bool) -> bool:
    """Signs only between letters, four letters or more (three in the keyed view), and no CamelCase (`HbA1C`)."""
    if coded[1:] not in (coded[1:].lower(), coded[1:].upper()):
        return False
    letters = sum(c.isalpha() for c in coded)
    return letters >= (3 if keyed else 4) and letters + len(_INNER_SIGNS.findall(coded)) == len(coded)


def _cased(coded: str, word: str) -> str:
    letters = [c for c in coded if c.isalpha()]
    if len(letters) > 1 and all(c.isupper() for c in letters):
        return word.upper()
    return "".join(new.upper() if old.isupper() else new for old, new in zip(coded, word, strict=True))


def shorten_stretched(text: str, *, keyed: bool) -> list[Edit]:
    """`stuuuupid` to `stupid`: a letter three times or more becomes two or one, whichever makes a word."""
    if not _RUN.search(text):
        return []
    return [
        Edit(match.start(), match.end(), _shorten(match[0], keyed=keyed))
        for match in _outside_addresses(text, _STRETCHED)
        if len(set(match[0].lower())) > 1 and not _ROMAN.fullmatch(match[0])
    ]


def _shorten(word: str, *, keyed: bool) -> str:
    runs = len(_RUN.findall(word))
    for lengths in itertools.islice(itertools.product((2, 1), repeat=runs), 16):
        candidate = _with_runs(word, lengths)
        if is_any_word(candidate.lower()):
            return candidate
    kept = 1 if keyed else 2
    return _RUN.sub(lambda run: run[0][:kept], word)


def _with_runs(word: str, lengths: tuple[int, ...]) -> str:
    left = iter(lengths)
    return _RUN.sub(lambda run: run[0][: next(left)], word)


def join_spaced(text: str) -> list[Edit]:
    """`h a t e`, `h.a.t.e` and `i h a t e y o u` to words; capitals alone (`U S A`) and enumerations stay."""
    edits = []
    for match in _outside_addresses(text, _SPACED):
        letters = match[0].replace(match[1], "") if match[1] != " " else "".join(match[0].split())
        joined = _join(letters)
        if joined is not None:
            edits.append(Edit(match.start(), match.end(), joined))
    return edits


def _join(letters: str) -> str | None:
    plain = "".join(c if c.isalpha() else _LETTERS.get(c, "")[:1] for c in letters.lower())
    if len(plain) != len(letters) or sum(c.isalpha() for c in letters) * 3 < len(letters) * 2:
        return None
    words = cut_into_words(plain)
    if (
        all(map(is_any_word, words))
        and (len(letters) > 3 or is_word(plain, shortest=3))
        and len(words) * 2 <= len(plain)
    ):
        return _cased(letters, plain) if len(words) == 1 else " ".join(words)
    return letters if len(letters) > 3 and not letters.isupper() and "abcd" not in plain else None


def mend_broken(text: str) -> list[Edit]:
    """`id.iot` and `st-upid` to the word, if the whole is a word and not all of its parts are."""
    edits = []
    for match in _outside_addresses(text, _BROKEN):
        parts = _BREAKS.split(match[0].lower())
        if is_word("".join(parts)) and not all(map(is_any_word, parts)):
            edits.append(Edit(match.start(), match.end(), _BREAKS.sub("", match[0])))
    return edits


def unmask(text: str) -> list[Edit]:
    """Asterisked swear words to what everyone reads."""
    if "*" not in text:
        return []
    found = ((match, _MASKED.get(match[0].lower())) for match in _MASK.finditer(text))
    return [Edit(match.start(), match.end(), word) for match, word in found if word]


def cut_run_ons(text: str) -> list[Edit]:
    """`ihatethem` and `#banthemall` to words: long unknown runs that cut into known words without rest."""
    edits: list[Edit] = []
    for match in _outside_addresses(text, _RUN_ON):
        letters = match[0].lstrip("#")
        lower = letters.lower()
        if is_any_word(lower) or (lower.endswith("s") and is_any_word(lower[:-1])):
            continue
        words = cut_into_words(lower)
        if all(map(is_any_word, words)) and _is_likely(words, hashtag=match[0].startswith("#")):
            edits += _spaces(match.end() - len(letters), words)
    return edits


def _is_likely(words: tuple[str, ...], *, hashtag: bool) -> bool:
    """A hashtag says that words were run together; elsewhere names and terms ("methadone") look the same."""
    if sum(map(len, words)) < 2.8 * len(words) or not all(rank(word) < 12_000 for word in words if len(word) > 1):
        return False
    if hashtag:
        return len(words) > 1
    return len(words) > 2 and words[0] in _RUN_ON_STARTS and len(words[1]) > 2 and rank(words[1]) < 6_000


def _spaces(start: int, words: tuple[str, ...]) -> Iterator[Edit]:
    for word in words[:-1]:
        start += len(word)
        yield Edit(start, start, " ")
