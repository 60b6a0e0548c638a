"""Proves the catalogue consistent with itself: codes, references, look-alikes; `load` has refused what has no shape."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from triage.knowledge.load import Catalogue, Condition, Finding

# ICD-10-CM: a letter, a digit, a digit or letter, then up to four characters after the dot.
ICD10 = re.compile(r"[A-TV-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?|U07\.[01]")
# Chapter 19, injuries: seven characters, filled up with X, apart from burns by what share of the body they cover.
INJURY = re.compile(r"[ST](?!3[0-2])")
FEWEST_FINDINGS = 5
ALIKE = 0.95


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one entry of the catalogue."""

    entry: str
    message: str


def check(catalogue: Catalogue) -> list[Problem]:
    """Every inconsistency of the catalogue; an empty list means that none was found.

    Says nothing about medical truth: no clinician has reviewed the entries yet.
    """
    problems = [
        Problem(condition.id, text) for condition in catalogue.conditions.values() for text in _condition(condition)
    ]
    problems += [Problem(finding.id, text) for finding in catalogue.findings.values() for text in _finding(finding)]
    problems += list(_references(catalogue))
    problems += list(_orphans(catalogue))
    problems += list(_lookalikes(catalogue))
    problems += list(_shared_names(catalogue))
    return problems


def _condition(condition: Condition) -> Iterator[str]:
    if not ICD10.fullmatch(condition.icd10):
        yield f"{condition.icd10!r} is not an ICD-10-CM code"
    if INJURY.match(condition.icd10) and len(condition.icd10.replace(".", "")) != len("S021XXA"):
        yield f"{condition.icd10!r} is an injury without its seventh character"
    if len(condition.findings) < FEWEST_FINDINGS:
        yield f"only {len(condition.findings)} findings, at least {FEWEST_FINDINGS} are needed"
    yield from _contradictions(condition)


def _contradictions(condition: Condition) -> Iterator[str]:
    for finding in condition.against:
        if condition.probability(finding):
            yield f"{finding} speaks both for and against it"


def _finding(finding: Finding) -> Iterator[str]:
    if not finding.question.endswith("?"):
        yield "the question is not a question"
    for field, wordings in (("lay", finding.lay), ("clinical", finding.clinical)):
        if len(set(wordings)) < len(wordings):
            yield f"has a {field} wording twice"


def _references(catalogue: Catalogue) -> Iterator[Problem]:
    for condition in catalogue.conditions.values():
        for finding in (*condition.findings, *condition.risk_factors, *condition.against):
            if finding not in catalogue.findings:
                yield Problem(condition.id, f"{finding} is not in the catalogue of findings")
        for finding in condition.risk_factors:
            if finding in catalogue.findings and catalogue.findings[finding].kind != "history":
                yield Problem(condition.id, f"{finding} is a risk factor but not of the kind history")


def _orphans(catalogue: Catalogue) -> Iterator[Problem]:
    used = {f for c in catalogue.conditions.values() for f in (*c.findings, *c.risk_factors)}
    for finding in catalogue.findings:
        if finding not in used:
            yield Problem(finding, "belongs to no condition")


def _lookalikes(catalogue: Catalogue) -> Iterator[Problem]:
    seen: dict[tuple[str, str], str] = {}
    for condition in catalogue.conditions.values():
        other = seen.setdefault((condition.icd10, condition.name.casefold()), condition.id)
        if other != condition.id:
            yield Problem(condition.id, f"has the code and name of {other}")
    profiles = {c.id: {**c.findings, **c.risk_factors} for c in catalogue.conditions.values()}
    lengths = {name: math.sqrt(sum(p * p for p in profile.values())) for name, profile in profiles.items()}
    for one, other in combinations(profiles, 2):
        similarity = _product(profiles[one], profiles[other]) / ((lengths[one] * lengths[other]) or 1)
        if similarity > ALIKE:
            yield Problem(one, f"has the findings of {other} (cosine {similarity:.2f})")


def _shared_names(catalogue: Catalogue) -> Iterator[Problem]:
    owners: dict[str, str] = {}
    for condition in catalogue.conditions.values():
        for name in {each.casefold() for each in (condition.name, condition.name_zh, *condition.synonyms)}:
            other = owners.setdefault(name, condition.id)
            if other != condition.id:
                yield Problem(condition.id, f"is called {name!r}, as {other} is")


def _product(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    return sum(p * other[finding] for finding, p in one.items() if finding in other)
