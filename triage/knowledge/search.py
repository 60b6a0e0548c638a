"""Finding conditions, findings and safety rules by what a person types: all words somewhere in the entry's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import TypeVar

from triage.knowledge.load import Condition, Finding, load_catalogue
from triage.knowledge.red_flags import Rule, load_rules

Entry = TypeVar("Entry", Condition, Finding, Rule)


def find_conditions(written: str, *, urgency: str = "", system: str = "") -> list[Condition]:
    """Conditions whose names, synonyms or code hold every word, those whose name begins with it first."""
    entries = (
        each
        for each in load_catalogue().conditions.values()
        if urgency in ("", each.urgency) and system in ("", each.system)
    )
    return _matching(entries, written, _condition_words())


def find_findings(written: str, *, kind: str = "") -> list[Finding]:
    """Findings whose names or wordings hold every word."""
    entries = (each for each in load_catalogue().findings.values() if kind in ("", each.kind))
    return _matching(entries, written, _finding_words())


def find_rules(written: str, *, level: str = "") -> list[Rule]:
    """Safety rules whose names, terms, example or source hold every word, in the order of the file."""
    words = written.casefold().split()
    known = _rule_words()
    return [
        each for each in load_rules() if level in ("", each.level) and all(word in known[each.id] for word in words)
    ]


def conditions_with(finding: str) -> list[tuple[Condition, float]]:
    """The conditions that a finding belongs to, the most typical first."""
    known = [(each, each.probability(finding)) for each in load_catalogue().conditions.values()]
    return sorted((pair for pair in known if pair[1]), key=lambda pair: (-pair[1], pair[0].name))


def systems() -> list[str]:
    """The catalogue's parts, in the order of its files."""
    return list(dict.fromkeys(each.system for each in load_catalogue().conditions.values()))


def _matching(entries: Iterable[Entry], written: str, known: Mapping[str, str]) -> list[Entry]:
    words = written.casefold().split()
    found = [each for each in entries if all(word in known[each.id] for word in words)]
    first = words[0] if words else ""
    return sorted(found, key=lambda each: (not each.name.casefold().startswith(first), each.name.casefold()))


@cache
def _condition_words() -> dict[str, str]:
    return {
        each.id: _folded(each.name, each.name_zh, each.icd10, *each.synonyms)
        for each in load_catalogue().conditions.values()
    }


@cache
def _finding_words() -> dict[str, str]:
    return {
        each.id: _folded(each.name, each.name_zh, *each.lay, *each.clinical)
        for each in load_catalogue().findings.values()
    }


@cache
def _rule_words() -> dict[str, str]:
    return {
        each.id: _folded(each.name, each.name_zh, each.id.replace("_", " "), str(each.fires.get("text")), each.source)
        for each in load_rules()
    }


def _folded(*words: str) -> str:
    return "\n".join(words).casefold()
