"""A small notation for wordings in data files, and its translation to regular expressions.

Plain words, with `( | )` and `?` as in regular expressions, `*` after a letter for any word ending, `~` for up to
three words of the same clause. Spaces also match hyphens and line breaks; a straight apostrophe matches a
typographic one.
"""

import re
from collections.abc import Iterable

# A gap must not jump over a negation: "hears no voices" is not "hears ~ voices".
_GAP = r"(?:[\s\-,/]+(?!(?:no|not|never|without|nor|any|denies)\b)[^\s.;!?。；！？]+){0,3}?[\s\-,/]+"
_CJK = re.compile(r"[\u3400-\u9fff]")


def is_chinese(text: str) -> bool:
    """True where a wording holds Chinese characters, which have no word boundaries."""
    return bool(_CJK.search(text))


def to_pattern(wording: str) -> str:
    """The regular expression of one wording. Raises re.error where brackets do not match."""
    body = wording.lower().replace(" ~ ", "~")
    body = re.sub(r"(?<!\\.)(?<=\w)\*", r"\\w*", body)
    body = body.replace(" ?", r"[\s\-]*").replace(" ", r"[\s\-]+").replace("~", _GAP).replace("'", "['’]?")
    body = re.sub(r"\((?!\?)", "(?:", re.sub(r"\\\(", "\x00", body)).replace("\x00", r"\(")
    if is_chinese(wording):
        return f"(?:{body})"
    re.compile(body)
    # A boundary is asked for only where the wording itself begins or ends with a word character.
    return rf"(?:(?<!\w)|(?=\W))(?:{body})(?:(?!\w)|(?<=\W))"


def compile_wordings(wordings: Iterable[str]) -> re.Pattern[str]:
    """One pattern for any of several wordings, the longest first."""
    ordered = sorted(wordings, key=len, reverse=True)
    return re.compile("|".join(to_pattern(wording) for wording in ordered), re.IGNORECASE)
