"""How a language model's claims about a visit are checked, and which conditions it may choose from.

A claim counts where its quoted words name a finding that the text asserts of this patient now: of the catalogue, or of
the safety rules. What the text denies, tells of a relative or only fears bears nothing, nor does a sentence that speaks
to a machine.
"""

import re
from collections.abc import Collection, Mapping
from functools import cache
from math import log
from typing import Any

from aimass_apps.inference.kinds.llm.reader import PRESENT, Claim, Offer
from aimass_apps.inference.predictor import Item
from triage.clinical_text.assertion import Assertion, assert_mentions
from triage.clinical_text.clauses import sentences
from triage.clinical_text.finding_recogniser import Recogniser, content_words
from triage.knowledge.load import Condition, load_catalogue
from triage.knowledge.red_flags import load_phrases
from triage.llm import reply_schema

NO_FINDING, INSTRUCTION = "no_finding", "instruction"
# Nobody writes so about a patient: braces, names_like_this, and talk about prompts and answers.
_TO_A_MACHINE = re.compile(
    r"[{}]|[a-z]_[a-z]|\b(?:system|assistant|user)\s*:|\b(?:json|prompt|language model|chat ?bot)\b"
    r"|\b(?:ignore|disregard|forget|override)\b.{0,60}\b(?:instructions?|rules?|above|previous|everything)\b"
    r"|(?:忽略|无视).{0,20}(?:指令|指示|规则|以上)",
    re.IGNORECASE,
)
_WORD = "one word of the quote"
# A word of these spoils a quote whatever else it holds: the model was told to quote what is asserted.
_SPOILS = ("absent", "family", "uncertain")
_ABSENT_COUNTS = 0.5
_FITS_NOT = -100.0


class VisitReader:
    """The triage desk's `inference.kinds.llm.reader.Reader`."""

    def question(self, item: Item) -> str:
        return reply_schema.question(item)

    def read_reply(self, words: str) -> list[Claim]:
        return reply_schema.read_claims(words)

    def fill_schema(self, schema: Mapping[str, Any], labels: list[str]) -> dict[str, Any]:
        return reply_schema.fill_schema(schema, labels)

    def offers(self, item: Item, labels: Collection[str], most: int) -> list[Offer]:
        """The conditions whose findings the text names, best first, filled up with the commonest."""
        named = assert_mentions(item.text, _findings(item.text))
        present = {each.finding for each in named if each.status == PRESENT}
        absent = {each.finding for each in named if each.status == "absent"} - present
        known = [each for each in load_catalogue().conditions.values() if each.id in labels]
        ranked = sorted(known, key=lambda each: (-_fit(each, present, absent, item), -each.prevalence, each.id))
        return [Offer(each.id, _meaning(each)) for each in ranked[:most]]

    def status(self, text: str, start: int, end: int) -> str:
        """As `Reader`: `absent`, `family`, `uncertain`, `past`, `no_finding` or `instruction`."""
        around = [part for part in sentences(text) if part.end > start and part.start < end]
        if any(_TO_A_MACHINE.search(text, part.start, part.end) for part in around):
            return INSTRUCTION
        named = _named(text, start, end)
        findings = [each for each in named if each.finding != _WORD]
        if not findings:
            return NO_FINDING
        statuses = {each.status for each in named}
        for spoiling in _SPOILS:
            if spoiling in statuses:
                return spoiling
        if "past" in statuses and not any(_is_history(each.finding) for each in findings):
            return "past"
        return PRESENT


@cache
def recogniser() -> Recogniser:
    """Finds the catalogue's findings in a text, by any of their wordings."""
    findings = load_catalogue().findings.values()
    return Recogniser({each.id: (each.name, *each.lay, *each.clinical) for each in findings})


@cache
def _denials() -> dict[str, list[frozenset[str]]]:
    """The wordings that name a finding by what is not ("can't breathe", "no pulse"), as stems."""
    findings = load_catalogue().findings.values()
    stems = {each.id: map(_stems, (each.name, *each.lay, *each.clinical)) for each in findings}
    return {finding: [each for each in ways if "not" in each] for finding, ways in stems.items()}


def _stems(words: str) -> frozenset[str]:
    return frozenset(word.stem for word in content_words(words))


def _findings(text: str) -> list[tuple[int, int, str]]:
    """The findings that a text names; none whose words stand on both sides of a denial ("vomiting, no blood")."""
    kept = []
    for start, end, finding in recogniser().mentions(text):
        stems = _stems(text[start:end])
        if "not" not in stems or any(way <= stems for way in _denials()[finding]):
            kept.append((start, end, finding))
    return kept


def _named(text: str, start: int, end: int) -> list[Assertion]:
    """The findings in a part of the text and each of its content words, with their status in the whole of it.

    Words are looked at one by one since a quote may hold its own negation ("denies chest pain").
    """
    phrases = load_phrases()
    # "My mother has asthma" is a finding of the catalogue, too; here the relative is what counts.
    mentions = [each for each in _findings(text) if not each[2].startswith("family_")]
    mentions += [
        (match.start(), match.end(), group)
        for group, pattern in phrases.lexicon.items()
        if group not in phrases.modifiers
        for match in pattern.finditer(text)
        if match.end() > match.start()
    ]
    mentions += [(word.start, word.end, _WORD) for word in content_words(text) if start <= word.start < end]
    return [each for each in assert_mentions(text, mentions, {_WORD}) if each.start < end and each.end > start]


def _is_history(finding: str) -> bool:
    known = load_catalogue().findings.get(finding)
    return finding in load_phrases().history_counts or (known is not None and known.kind == "history")


@cache
def _weights() -> dict[str, float]:
    """How telling a finding is: the fewer conditions show it, the more."""
    conditions = load_catalogue().conditions.values()
    shown = [finding for each in conditions for finding in (*each.findings, *each.risk_factors)]
    return {finding: log(len(conditions) / shown.count(finding)) for finding in set(shown)}


def _fit(condition: Condition, present: Collection[str], absent: Collection[str], item: Item) -> float:
    age, sex = item.facts.get("age_years"), str(item.facts.get("sex"))
    low, high = condition.age_range
    if isinstance(age, int | float) and not low <= age <= high:
        return _FITS_NOT
    if getattr(condition, sex, 1.0) == 0:
        return _FITS_NOT
    speaks = _weights()
    there = sum(condition.probability(finding) * speaks.get(finding, 0.0) for finding in present)
    missing = sum(condition.probability(finding) * speaks.get(finding, 0.0) for finding in absent)
    return there - _ABSENT_COUNTS * missing


def _meaning(condition: Condition) -> str:
    return ", ".join((condition.name, *condition.synonyms[:2]))
