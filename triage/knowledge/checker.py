"""Proves the catalogue consistent with itself: ids, codes, ranges, sources, look-alikes, urgencies."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from triage.knowledge.load import AGE_BANDS, KINDS, Catalogue, Condition, Finding
from triage.levels import LEVELS

# ICD-10-CM: a letter, a digit, a digit or letter, then up to four characters after the dot.
ICD10 = re.compile(r"[A-TV-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?|U07\.[01]")
# Chapter 19, injuries: seven characters, filled up with X, apart from burns by what share of the body they cover.
INJURY = re.compile(r"[ST](?!3[0-2])")
FEWEST_FINDINGS = 5
ALIKE = 0.95
_SHORTEST_REASON = 12


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one entry of the catalogue."""

    entry: str
    message: str


def check(catalogue: Catalogue) -> list[Problem]:
    """Every inconsistency of the catalogue; an empty list means that none was found.

    Says nothing about medical truth: nobody has reviewed the entries yet.
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
    if condition.urgency not in LEVELS:
        yield f"{condition.urgency!r} is not a level of urgency"
    if len(condition.urgency_reason) < _SHORTEST_REASON:
        yield "the urgency has no reason"
    if len(condition.findings) < FEWEST_FINDINGS:
        yield f"only {len(condition.findings)} findings, at least {FEWEST_FINDINGS} are needed"
    yield from _named(condition)
    yield from _numbers(condition)
    yield from _contradictions(condition)


def _named(entry: Condition | Finding) -> Iterator[str]:
    for field in ("name", "name_zh", "source"):
        if not getattr(entry, field).strip():
            yield f"{field} is empty"
    if not re.fullmatch(r"[a-z][a-z0-9_]*", entry.id):
        yield "the id is not snake_case"


def _numbers(condition: Condition) -> Iterator[str]:
    for finding, p in (*condition.findings.items(), *condition.risk_factors.items()):
        if not 0 < p <= 1:
            yield f"typicality of {finding} is {p}, outside (0, 1]"
    youngest, oldest = condition.age_range
    if not 0 <= youngest < oldest:
        yield f"the age range {youngest}-{oldest} is empty"
    if len(condition.age_weights) != len(AGE_BANDS) or not sum(condition.age_weights):
        yield f"needs {len(AGE_BANDS)} age weights, not all zero"
    if not math.isclose(condition.male + condition.female, 1, abs_tol=0.011):
        yield "the shares of male and female patients do not add up to 1"
    if not 1 <= condition.prevalence <= 9:
        yield f"the prevalence {condition.prevalence} is outside 1-9"
    if condition.duration.low > condition.duration.high:
        yield "the duration ends before it begins"


def _contradictions(condition: Condition) -> Iterator[str]:
    for finding in condition.against:
        if condition.probability(finding):
            yield f"{finding} speaks both for and against it"


def _finding(finding: Finding) -> Iterator[str]:
    yield from _named(finding)
    if finding.kind not in KINDS:
        yield f"{finding.kind!r} is not a kind of finding"
    if not finding.question.endswith("?"):
        yield "the question is not a question"
    for field, wordings in (("lay", finding.lay), ("clinical", finding.clinical)):
        if not wordings:
            yield f"has no {field} wording"
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
