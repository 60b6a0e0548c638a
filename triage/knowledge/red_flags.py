"""The red-flag rules: what they are made of and how they are read from `red_flags.json`.

A rule names phrase groups of `phrases.json` and vital conditions ("systolic<90"). `all` must hold together, one of
`any` where it is given, none of `none`; "a|b" in a term means either. Limits by age are half-open, in years.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, Final

from triage.clinical_text.assertion import Lexicon, compile_lexicon
from triage.knowledge.vital_terms import BadTerm, VitalTerm, read_vital_term
from triage.levels import LEVELS, Level

FOLDER: Final = Path(__file__).parent / "data"
OLDEST: Final = 130.0  # years
_NEEDED: Final = frozenset({"id", "name", "name_zh", "level", "source", "fires", "near_miss"})
_KNOWN: Final = _NEEDED | {"all", "any", "none", "limits"}


class RedFlagError(ValueError):
    """A rule or phrase file that cannot be used; the message names the rule."""


Term = tuple[str | VitalTerm, ...]
"""Alternatives: phrase groups by name, or comparisons."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Whom a rule is for: age in years, lower bound included and upper excluded; sex; pregnancy.

    `pregnant` False leaves out who is known to be pregnant. Raises `RedFlagError` for a value that limits nothing.
    """

    age_min: float | None = None
    age_max: float | None = None
    sex: str | None = None
    pregnant: bool | None = None

    def __post_init__(self) -> None:
        low = 0.0 if self.age_min is None else self.age_min
        high = OLDEST if self.age_max is None else self.age_max
        if not all(_is_age(age) for age in (low, high)) or low >= high:
            raise RedFlagError("limits of age need 0 <= age_min < age_max, in years")
        if self.age_min == 0 or self.age_max == OLDEST:
            raise RedFlagError("a limit of age that everyone keeps")
        if self.sex not in (None, "female", "male"):
            raise RedFlagError("a limit of sex is female or male")
        if not isinstance(self.pregnant, bool | None):
            raise RedFlagError("a limit of pregnancy is true or false")


def _is_age(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= OLDEST


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


@dataclass(frozen=True, slots=True)
class Phrases:
    """The phrase groups, compiled; those of which a history counts as present; those that are no symptoms."""

    lexicon: Lexicon
    history_counts: frozenset[str]
    modifiers: frozenset[str]
    version: str


@cache
def load_phrases() -> Phrases:
    """The phrase groups of `phrases.json`, English and Chinese together."""
    data = json.loads((FOLDER / "phrases.json").read_text(encoding="utf-8"))
    groups = data["phrases"]
    return Phrases(
        lexicon=compile_lexicon({name: [*group["en"], *group.get("zh", [])] for name, group in groups.items()}),
        history_counts=frozenset(name for name, group in groups.items() if group.get("history_counts")),
        modifiers=frozenset(name for name, group in groups.items() if group.get("modifier")),
        version=data["version"],
    )


@cache
def load_rules() -> tuple[Rule, ...]:
    """Every red-flag rule. Raises RedFlagError for an unknown key, phrase group, vital sign, level or limit."""
    data = json.loads((FOLDER / "red_flags.json").read_text(encoding="utf-8"))
    return tuple(_rule(raw) for raw in data["rules"])


@cache
def rules_version() -> str:
    """The version of the rule file, for the record of a decision."""
    return str(json.loads((FOLDER / "red_flags.json").read_text(encoding="utf-8"))["version"])


def _rule(raw: Mapping[str, Any]) -> Rule:
    if odd := sorted((raw.keys() - _KNOWN) | (_NEEDED - raw.keys())):
        raise RedFlagError(f"{raw.get('id')}: unknown or missing: {', '.join(odd)}")
    if raw.get("level") not in LEVELS[:3]:
        raise RedFlagError(f"{raw.get('id')}: level must be one of {', '.join(LEVELS[:3])}")
    terms: dict[str, Any] = {
        key: tuple(_term(raw, text) for text in raw.get(key, ())) for key in ("all", "any", "none")
    }
    if not terms["all"] and not terms["any"]:
        raise RedFlagError(f"{raw['id']}: a rule needs a condition")
    return Rule(**{key: raw[key] for key in _NEEDED}, **terms, limits=_limits(raw))


def _limits(raw: Mapping[str, Any]) -> Limits:
    given = raw.get("limits", {})
    if unknown := sorted(given.keys() - {field.name for field in fields(Limits)}):
        raise RedFlagError(f"{raw['id']}: unknown limits: {', '.join(unknown)}")
    if None in given.values():
        raise RedFlagError(f"{raw['id']}: a limit that is not there is left out")
    try:
        return Limits(**given)
    except RedFlagError as error:
        raise RedFlagError(f"{raw['id']}: {error}") from error


def _term(raw: Mapping[str, Any], text: str) -> Term:
    return tuple(_alternative(str(raw["id"]), part.strip()) for part in text.split("|"))


def _alternative(rule: str, part: str) -> str | VitalTerm:
    try:
        term = read_vital_term(part)
    except BadTerm as error:
        raise RedFlagError(f"{rule}: {error}") from error
    if term is not None:
        return term
    if part not in load_phrases().lexicon:
        raise RedFlagError(f"{rule}: unknown phrase group {part!r}")
    return part
