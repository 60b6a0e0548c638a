"""Whatever people send, each stage that reads it takes time in proportion to its length.

Every stage reads every pattern at one length, twice and four times that. What counts is how the processor time grows:
four times the text may cost ten times as much (a slow machine, a table that grows), never the sixteen of a square.
"""

import time
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import product

import pytest

from aimass_apps.inference.kinds.keywords.predictor import Entry, KeywordPredictor
from aimass_apps.inference.kinds.llm import claim_check
from aimass_apps.inference.kinds.svm import predictor
from aimass_apps.inference.predictor import Item, NoAnswer
from aimass_apps.inference.text import chinese, language, normalise, spelling, vocabulary
from aimass_apps.inference.text.sounds import SoundFinder
from aimass_apps.submissions.ledger import estimate_tokens
from triage.clinical_text import denials
from triage.llm import reply_schema

Stage = Callable[[str], object]
UNNOTICED = 0.008  # seconds: less is too little to measure growth by
WORTH_A_SECOND_LOOK = 1.0
MOST_FOR_TWICE, MOST_FOR_FOUR_TIMES = 6.0, 10.0
# What stands around the pattern is not like it, so that what matches up to there must give up.
FRAMES = (("", "x"), ("x", "\x01"))
WORDS = KeywordPredictor(
    [
        Entry("idiot", "insult"),
        Entry("die", "threat", 3, "any", harmless=("die hard",)),
        Entry("a", "insult", 1, "any", harmless=("aa a", "aaaa")),
        Entry("滚", "insult"),
        Entry("傻逼", "insult", 3),
    ],
    ("toxic", "insult", "threat"),
)


def _each_class() -> list[str]:
    """The first two characters of every Unicode category, surrogates and unassigned ones apart."""
    found: dict[str, list[str]] = {}
    for code in range(0x20000):
        category = unicodedata.category(chr(code))
        if category not in {"Cs", "Cn", "Co"} and len(found.setdefault(category, [])) < 2:
            found[category].append(chr(code))
    return [sign for signs in found.values() for sign in signs]


WITHOUT_SPACES = (
    "@ # & ! * - $ / | 1! 1. a@ a@a. @. @a #a &a a.com www. http:// a' 😀 🐎 \ufdfa \u1100 かな 한 ع ก "
    "傻 傻逼 傻.逼. 滚 费物 傻bi \u0430 a\u0430 \uff41 ① Ⅳ a\u0301 a\u0316\u0301 \u0316\u0301 \u200d a\u200d "
    "aaab ab Ab h.a.t.e 4a a- x* #qwertyuiop ``` <think> <| { "
)
PATTERNS = [
    *_each_class(),
    *(f"{sign} " for sign in _each_class()),
    *(f"a{sign}" for sign in _each_class()),
    *WITHOUT_SPACES.split(),
    *("\n", "  ", "a1 ½", "a.com ", "https://a ", "😀 ", "傻 逼 ", "滚 ", "shabi ", "nmsl ", "aaa ", "a a ", "h4te "),
    *("st-upid ", "f*ck ", "die ", "die hard ", "idiot ", "xxi ", "no ", "no cough, ", "denies ", "and ", ", and "),
    *("he ", "he\n", "\nhe ", "without "),
]


def _name(step: object) -> str:
    """The function inside a step of the normaliser."""
    inner = step
    while isinstance(inner, partial):
        inner = inner.keywords.get("step", inner.func)
    return str(getattr(inner, "__name__", inner))


def _read_claims(reply: str) -> None:
    with suppress(NoAnswer):
        reply_schema.read_claims(reply)


PARTS: dict[str, Stage] = {
    **{
        f"{view}: {_name(step)}": lambda text, step=step: list(step(text))
        for view, steps in normalise._STEPS.items()
        for step in steps
    },
    "denials": denials.without_denials,
    "sounds": SoundFinder(["傻逼", "废物", "去死"]).find,
    "chinese words": predictor.chinese_words,
    "word features": predictor.new_vectoriser("word", (1, 2)).build_analyzer(),
    "character features": predictor.new_vectoriser("char_wb", (2, 4)).build_analyzer(),
    "estimate": lambda text: estimate_tokens(text, "en"),
    "question": lambda text: reply_schema.question(Item(text)),
    "claims": _read_claims,
    "has chinese": chinese.has_han,
    "addresses": lambda text: list(spelling._outside_addresses(text, spelling._LETTERED)),
}
WHOLE: dict[str, Stage] = {
    "words of a run": vocabulary.cut_into_words.__wrapped__,
    "quote": lambda text: list(claim_check.Folded(text).find(text[:3])),
    "language": language.find_languages.__wrapped__,
    "light view": normalise.normalise,
    "keyed view": lambda text: normalise.normalise(text, "keyed"),
    "keywords": lambda text: WORDS.predict([Item(text)]),
}


def seconds(stage: Stage, text: str) -> float:
    """Processor time of one reading; the better of three where there is something to see."""
    best = float("inf")
    for _ in range(3):
        began = time.process_time()
        stage(text)
        best = min(best, time.process_time() - began)
        if not UNNOTICED < best < WORTH_A_SECOND_LOOK:
            break
    return best


def growth(stage: Stage, pattern: str, frame: tuple[str, str], length: int) -> str:
    """What is wrong with how the stage's cost grows; "" where it is in proportion."""
    once = max(UNNOTICED / 8, seconds(stage, _text(pattern, frame, length)))
    for times, most in ((2, MOST_FOR_TWICE), (4, MOST_FOR_FOUR_TIMES)):
        taken = seconds(stage, _text(pattern, frame, length * times))
        if taken > UNNOTICED and taken > most * once:
            return f"{pattern!r}: {times} times the text costs {taken / once:.0f} times as much"
    return ""


def first_wrong(stage: Stage, length: int) -> str:
    """The first pattern that shows too steep a growth: a stage with one may need hours for all of them."""
    every = product(PATTERNS, FRAMES)
    return next((wrong for pattern, frame in every if (wrong := growth(stage, pattern, frame, length))), "")


def _text(pattern: str, frame: tuple[str, str], length: int) -> str:
    before, behind = frame
    return before + (pattern * (length // len(pattern) + 1))[:length] + behind


@pytest.mark.parametrize("name", PARTS)
def test_each_part_takes_time_in_proportion(name: str) -> None:
    PARTS[name]("warm up 傻")
    assert first_wrong(PARTS[name], 1000) == ""


@pytest.mark.parametrize("name", WHOLE)
def test_each_stage_takes_time_in_proportion(name: str) -> None:
    WHOLE[name]("warm up 傻")
    assert first_wrong(WHOLE[name], 300) == ""
