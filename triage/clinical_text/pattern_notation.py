"""A small notation for wordings in data files, and its translation to regular expressions.

Plain words, with `( | )` and `?` as in regular expressions, `*` after a letter for any word ending, `~` for up to
three words of the same clause. Spaces also match hyphens and line breaks; a straight apostrophe matches a
typographic one.
"""

import re
from collections.abc import Iterable

# A gap must not jump over a negation: "hears no voices" is not "hears ~ voices".
_GAP = r"(?:[\s\-,/]+(?!(?:no|not|never|without|nor|any|denies)\b)[^\s.;!?。；！？]+){0,3}?[\s\-,/]+"
_LOOKBEHINDS = re.compile(r"^(?:\(\?<![^)]*\))+")
_ODD_START = re.compile(r"(?:^\(*|\|)(?!\\d)[^\w(]")
_CJK = re.compile(r"[\u3400-\u9fff]")


def is_chinese(text: str) -> bool:
    """True where a wording holds Chinese characters, which have no word boundaries."""
    return bool(_CJK.search(text))


def to_pattern(wording: str) -> str:
    """The regular expression of one wording. Raises re.error where brackets do not match."""
    if is_chinese(wording):
        return f"(?:{_body(wording)})"
    # A boundary is asked for only where the wording itself begins or ends with a word character.
    return rf"(?:(?<!\w)|(?=\W)){_bounded(wording)}"


def compile_wordings(wordings: Iterable[str]) -> re.Pattern[str]:
    """One pattern for any of several wordings, the longest first."""
    ordered = sorted(wordings, key=len, reverse=True)
    plain = [_bounded(wording) for wording in ordered if _begins_a_word(wording)]
    # One boundary for all of them: the engine then tries them at the start of words only, 25 times faster.
    together = [rf"(?<!\w)(?:{'|'.join(plain)})"] if plain else []
    others = [to_pattern(wording) for wording in ordered if not _begins_a_word(wording)]
    return re.compile("|".join([*together, *others]), re.IGNORECASE)


def _begins_a_word(wording: str) -> bool:
    """Whether every text that matches begins with a word character; a cautious look at the first bracket."""
    if is_chinese(wording):
        return False
    rest = _LOOKBEHINDS.sub("", wording)
    first_group = rest[: rest.find(")")] if rest.startswith("(") else rest[:1]
    return not _ODD_START.search(first_group)


def _bounded(wording: str) -> str:
    body = _body(wording)
    re.compile(body)
    return rf"(?:{body})(?:(?!\w)|(?<=\W))"


def _body(wording: str) -> str:
    body = wording.lower().replace(" ~ ", "~")
    body = re.sub(r"(?<!\\.)(?<=\w)\*", r"\\w*", body)
    body = body.replace(" ?", r"[\s\-]*").replace(" ", r"[\s\-]+").replace("~", _GAP).replace("'", "['’]?")
    return re.sub(r"\((?!\?)", "(?:", re.sub(r"\\\(", "\x00", body)).replace("\x00", r"\(")
