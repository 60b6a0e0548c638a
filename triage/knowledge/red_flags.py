"""The red-flag rules: what they are made of and how they are read from `red_flags.json`.

A rule names phrase groups of `phrases.json` and vital conditions ("systolic<90"). `all` must hold together, one of
`any` where it is given, none of `none`; "a|b" in a term means either. Limits by age are half-open, in years.
`conditions` names the catalogue's conditions that the rule fears, the main one first: no rule may lie below its usual
urgency. A rule whose words are but a weak hint names none.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache, lru_cache
from pathlib import Path
from typing import Annotated, Final, Literal

from annotated_types import Interval, MinLen

from aimass_apps.strict_files import BadFile, Name, Text, checked, read_json
from triage.clinical_text.assertion import Assertion, Lexicon, compile_lexicon, find_assertions
from triage.knowledge.vital_terms import BadTerm, VitalTerm, read_vital_term
from triage.levels import Level
from triage.vitals import Vitals

FOLDER: Final = Path(__file__).parent / "data"
OLDEST: Final = 130.0  # years
_RULES: Final = "red_flags.json"


class RedFlagError(BadFile):
    """A rule or phrase file that cannot be used; the message names the rule."""


Term = tuple[str | VitalTerm, ...]
"""Alternatives: phrase groups by name, or comparisons."""


Years = Annotated[float, Interval(ge=0, le=130)]
Sex = Literal["female", "male"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Whom a rule is for: age in years, lower bound included and upper excluded; sex; pregnancy.

    `pregnant` False leaves out who is known to be pregnant. Raises `RedFlagError` for a value that limits nothing.
    """

    age_min: Years | None = None
    age_max: Years | None = None
    sex: Sex | None = None
    pregnant: bool | None = None

    def __post_init__(self) -> None:
        if (self.age_min or 0.0) >= (OLDEST if self.age_max is None else self.age_max):
            raise ValueError("limits of age need 0 <= age_min < age_max")
        if self.age_min == 0 or self.age_max == OLDEST:
            raise ValueError("a limit of age that everyone keeps")


@dataclass(frozen=True, slots=True)
class Rule:
    """One red flag with its level, its source and the text cases that show it at work."""

    id: str
    name: str
    name_zh: str
    level: Level
    source: str
    all: tuple[Term, ...]
    any: tuple[Term, ...]
    none: tuple[Term, ...]
    limits: Limits
    fires: Mapping[str, object]
    near_miss: Mapping[str, object]
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Phrases:
    """The phrase groups, compiled; those of which a history counts as present; those that are no symptoms."""

    lexicon: Lexicon
    history_counts: frozenset[str]
    modifiers: frozenset[str]
    version: str


@dataclass(frozen=True, slots=True)
class _Group:
    """One phrase group: wordings in both languages."""

    en: Annotated[tuple[Text, ...], MinLen(1)]
    zh: tuple[Text, ...] = ()
    history_counts: bool = False
    modifier: bool = False


@dataclass(frozen=True, slots=True)
class _PhraseFile:
    version: Name
    source: Text
    syntax: Text
    phrases: Mapping[str, _Group]


@dataclass(frozen=True, slots=True)
class _Case:
    """A text case of a rule, and what else is known in it."""

    text: Text
    age: Years | None = None
    sex: Sex | None = None
    pregnant: bool | None = None
    vitals: Mapping[str, bool | float | str] | None = None

    def __post_init__(self) -> None:
        Vitals.from_mapping(self.vitals or {})

    def known(self) -> dict[str, object]:
        """What is said of the case."""
        return {each.name: value for each in fields(self) if (value := getattr(self, each.name)) is not None}


@dataclass(frozen=True, slots=True)
class _Told:
    """A rule as its file has it."""

    id: Text
    name: Text
    name_zh: Text
    level: Literal["immediate", "very_urgent", "urgent"]
    source: Annotated[str, MinLen(9)]
    fires: _Case
    near_miss: _Case
    all: tuple[Text, ...] = ()
    any: tuple[Text, ...] = ()
    none: tuple[Text, ...] = ()
    conditions: tuple[Text, ...] = ()
    limits: Mapping[Literal["age_min", "age_max", "sex", "pregnant"], float | bool | str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.all and not self.any:
            raise ValueError(f"{self.id}: a rule needs a condition")


@dataclass(frozen=True, slots=True)
class _RuleFile:
    version: Name
    source: Text
    rules: tuple[_Told, ...]


@cache
def load_phrases() -> Phrases:
    """The phrase groups of `phrases.json`, English and Chinese together. Raises `RedFlagError`."""
    file = _phrase_file()
    return Phrases(
        lexicon=compile_lexicon({name: [*group.en, *group.zh] for name, group in file.phrases.items()}),
        history_counts=frozenset(name for name, group in file.phrases.items() if group.history_counts),
        modifiers=frozenset(name for name, group in file.phrases.items() if group.modifier),
        version=file.version,
    )


@lru_cache(maxsize=128)
def phrase_assertions(text: str) -> tuple[Assertion, ...]:
    """Every phrase group that a written-out note names, with its status. Kept: rules and read-back ask for the same."""
    phrases = load_phrases()
    return tuple(find_assertions(text, phrases.lexicon, phrases.modifiers))


def phrase_words() -> set[str]:
    """The English words that stand in the phrase groups, without the notation's signs."""
    file = _phrase_file()
    told = " ".join(wording for group in file.phrases.values() for wording in group.en)
    return set(re.findall(r"(?<![\\\w])[a-z]{4,}(?![\w*])", told.lower()))


@cache
def _phrase_file() -> _PhraseFile:
    return read_json(FOLDER / "phrases.json", _PhraseFile, RedFlagError)


@cache
def load_rules() -> tuple[Rule, ...]:
    """Every red-flag rule. Raises `RedFlagError`."""
    rules = tuple(_rule(told, f"rules[{place}]") for place, told in enumerate(_rule_file().rules))
    if twice := [name for name, count in Counter(rule.id for rule in rules).items() if count > 1]:
        raise RedFlagError(f"{', '.join(twice)}: the id is used twice", FOLDER / _RULES)
    return rules


def rules_version() -> str:
    """The version of the rule file, for the record of a decision."""
    return _rule_file().version


@cache
def _rule_file() -> _RuleFile:
    return read_json(FOLDER / _RULES, _RuleFile, RedFlagError)


def _rule(told: _Told, place: str) -> Rule:
    # A limit that is null would be one that is not there: the file's shape has none.
    limits = checked(dict(told.limits), Limits, RedFlagError, FOLDER / _RULES, f"{place}.limits")
    terms = {key: tuple(_term(told, text) for text in getattr(told, key)) for key in ("all", "any", "none")}
    return Rule(
        id=told.id,
        name=told.name,
        name_zh=told.name_zh,
        level=told.level,
        source=told.source,
        **terms,
        limits=limits,
        fires=told.fires.known(),
        near_miss=told.near_miss.known(),
        conditions=told.conditions,
    )


def _term(told: _Told, text: str) -> Term:
    return tuple(_alternative(told.id, part.strip()) for part in text.split("|"))


def _alternative(rule: str, part: str) -> str | VitalTerm:
    try:
        term = read_vital_term(part)
    except BadTerm as error:
        raise RedFlagError(f"{rule}: {error}", FOLDER / _RULES) from error
    if term is not None:
        return term
    if part not in load_phrases().lexicon:
        raise RedFlagError(f"{rule}: unknown phrase group {part!r}", FOLDER / _RULES)
    return part
