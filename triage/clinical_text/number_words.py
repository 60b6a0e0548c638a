"""Numbers in words as digits ("ninety-three", 一百四, 三十九度五), and traditional characters as simplified ones."""

import re
from collections.abc import Iterator
from typing import Final

from aimass_apps.inference.text.chinese import simplify
from aimass_apps.inference.text.offset_text import Edit

_TENS: Final = {
    word: 10 * place
    for place, word in enumerate(("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"), 2)
}
_ONES: Final = {
    word: place
    for place, word in enumerate(("one", "two", "three", "four", "five", "six", "seven", "eight", "nine"), 1)
}
_TEENS: Final = {
    word: place
    for place, word in enumerate(
        ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
        10,
    )
}
_TWO_DIGITS: Final = rf"(?:(?:{'|'.join(_TENS)})(?:[ -](?:{'|'.join(_ONES)}))?(?!\w)|(?:{'|'.join(_TEENS)})(?!\w))"
# "a hundred and ten", "one-ten over seventy", "one forty five"; alone "one ten" is left: one what?
_WORDS: Final = re.compile(
    r"(?<![\w-])(?:(?P<hundred>(?:one|a|two) hundred(?: and)?)"
    rf"(?: (?P<rest>{_TWO_DIGITS}|(?:{'|'.join(_ONES)})(?!\w)))?(?!\w)"
    rf"|one[ -](?P<over>{_TWO_DIGITS})(?= over)|(?P<plain>{_TWO_DIGITS}))",
    re.IGNORECASE,
)
_POINT: Final = re.compile(rf"(?<=\d) point (?P<digit>\d|{'|'.join(_ONES)})(?!\w)", re.IGNORECASE)
_ZH_DIGITS: Final = {
    "零": 0,
    "〇": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_ZH_ANY: Final = "零〇一二两三四五六七八九"
_ZH_UNIT: Final = r"岁|周岁|度|天|日|周|个?月|年|个?小时|个?钟头|分钟|次|片|粒|颗|分(?!钟)|下|℃|%|mmol|毫米"
# Two characters with 十 or 百 are a number; one is where a unit follows ("三天"), but not 十分 (very) or 一度 (once).
_ZH_NUMBER: Final = re.compile(
    rf"(?P<hundreds>[一二两])百(?P<tail>[{_ZH_ANY}十]{{0,4}})|(?P<tens>[{_ZH_ANY}]?)十(?!分|足|字|全)(?P<ones>[一二三四五六七八九]?)"
    rf"|(?<![{_ZH_ANY}十百第])(?P<one>[一二两三四五六七八九])(?=(?:{_ZH_UNIT}))(?!一度|一年|一下|一次|一日|一天|一周|一月|一分)"
)
_ZH_HALF: Final = re.compile(r"(?<=\d)(?P<unit>岁|个月|个?小时|天|周)半")
_ZH_DEGREE: Final = re.compile(rf"(?<=\d)度(?P<digit>\d|[{_ZH_ANY}])(?!\d)")


def write_out_characters(text: str) -> Iterator[Edit]:
    """Traditional characters to simplified ones."""
    return iter(() if text.isascii() else simplify(text))


def write_out_number_words(text: str) -> Iterator[Edit]:
    """Edits, sorted and apart."""
    for match in _WORDS.finditer(text):
        if match.group().isupper():
            continue  # "TEN" is a disease of the skin
        yield Edit(*match.span(), str(_english(match)))


def write_out_chinese_numbers(text: str) -> Iterator[Edit]:
    """Edits, sorted and apart."""
    if text.isascii():
        return
    for match in _ZH_NUMBER.finditer(text):
        yield Edit(*match.span(), str(_chinese(match)))


def write_out_fractions(text: str) -> Iterator[Edit]:
    """ "37 point 5", "39度5", "2岁半": a step of its own, behind the whole numbers."""
    found = [
        Edit(*match.span(), "." + str(_ONES.get(match["digit"].lower(), match["digit"])))
        for match in _POINT.finditer(text)
    ]
    if not text.isascii():
        found += [Edit(*match.span(), f".{_digit(match['digit'])}度") for match in _ZH_DEGREE.finditer(text)]
        found += [Edit(*match.span(), f".5{match['unit']}") for match in _ZH_HALF.finditer(text)]
    yield from sorted(found)


def _digit(written: str) -> str:
    return str(_ZH_DIGITS.get(written, written))


def _english(match: re.Match[str]) -> int:
    if match["hundred"]:
        return 100 * (2 if match["hundred"].lower().startswith("two") else 1) + _below_hundred(match["rest"] or "")
    return 100 + _below_hundred(match["over"]) if match["over"] else _below_hundred(match["plain"])


def _below_hundred(words: str) -> int:
    return sum(
        _TENS.get(word, 0) + _TEENS.get(word, 0) + _ONES.get(word, 0) for word in re.split(r"[ -]", words.lower())
    )


def _chinese(match: re.Match[str]) -> int:
    if match["one"]:
        return _ZH_DIGITS[match["one"]]
    if match["hundreds"]:
        return 100 * _ZH_DIGITS[match["hundreds"]] + _tail(match["tail"])
    return 10 * _ZH_DIGITS.get(match["tens"], 1) + _ZH_DIGITS.get(match["ones"], 0)


def _tail(tail: str) -> int:
    """What stands behind 百: 一百四 is 140, 一百零四 is 104, 一百二十五 is 125."""
    tens, ten, ones = tail.partition("十")
    if ten:
        return 10 * _ZH_DIGITS.get(tens[-1:], 1) + _ZH_DIGITS.get(ones[:1], 0)
    if tail[:1] in {"零", "〇"}:
        return _ZH_DIGITS.get(tail[1:2], 0)
    return 10 * _ZH_DIGITS.get(tail[:1], 0)
