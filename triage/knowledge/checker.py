"""Proves the catalogue consistent with itself: codes, references, look-alikes; `load` has refused what has no shape."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from triage.knowledge.load import AGE_BANDS, Catalogue, Condition, Finding

# ICD-10-CM: a letter, a digit, a digit or letter, then up to four characters after the dot.
ICD10 = re.compile(r"[A-TV-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?|U07\.[01]")
# Chapter 19, injuries: seven characters, filled up with X, apart from burns by what share of the body they cover.
INJURY = re.compile(r"[ST](?!3[0-2])")
FEWEST_FINDINGS = 5
ALIKE = 0.95
TYPICAL = 0.5
# Words of a reason that ask for a visit later than the word of urgency says, or earlier.
WAITS = re.compile(r"\b(?:days|weeks?|months?|planned|planning|routine(?:ly)?)\b", re.IGNORECASE)
HURRIES = re.compile(r"\b(?:minutes?|hours?|same[- ]day|today|now|at once|immediate(?:ly)?)\b", re.IGNORECASE)
# A condition of pregnancy or the weeks after it: by its chapter (15), or by what most who have it say.
OBSTETRIC = ("O", "F53")
PREGNANT = ("pregnancy", "early_pregnancy", "third_trimester", "preterm_weeks", "postpartum")
MENARCHE = 12
# A condition of newborns: by its chapter (16) or by its name.
PERINATAL = "P"
NEWBORN = re.compile(r"newborn|neonat", re.IGNORECASE)
# Codes that stand for several conditions, and why: the code says less than the name.
SHARED_CODES = {
    "T14.8XXA": "an injury of a place that is not told: a cut, a bruise, a bite or a torn vessel at large",
}


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
    problems += list(_shared_codes(catalogue))
    return problems


def _condition(condition: Condition) -> Iterator[str]:
    if not ICD10.fullmatch(condition.icd10):
        yield f"{condition.icd10!r} is not an ICD-10-CM code"
    if INJURY.match(condition.icd10) and len(condition.icd10.replace(".", "")) != len("S021XXA"):
        yield f"{condition.icd10!r} is an injury without its seventh character"
    if len(condition.findings) < FEWEST_FINDINGS:
        yield f"only {len(condition.findings)} findings, at least {FEWEST_FINDINGS} are needed"
    yield from _contradictions(condition)
    yield from _urgency(condition)
    yield from _ages(condition)


def _urgency(condition: Condition) -> Iterator[str]:
    word = "routine" if condition.routine else condition.urgency
    against = HURRIES if condition.urgency == "self_care" else WAITS
    if found := against.search(condition.urgency_reason):
        yield f"{word}, but the reason says {found[0]!r}"
    emergency = condition.urgency in {"immediate", "very_urgent"}
    if emergency and max(condition.findings.values(), default=0) < TYPICAL:
        yield f"{word}, but none of its findings is typical (at least {TYPICAL})"


def _ages(condition: Condition) -> Iterator[str]:
    youngest, oldest = condition.age_range
    for (begin, end), weight in zip(AGE_BANDS, condition.age_weights, strict=True):
        if weight and not (begin < oldest and youngest < end):
            yield f"a weight for the years {begin}-{end}, outside its age range"
        if not weight and youngest <= begin and end <= oldest:
            yield f"no weight for the years {begin}-{end}, inside its age range"
    pregnant = condition.icd10.startswith(OBSTETRIC) or any(condition.probability(each) >= TYPICAL for each in PREGNANT)
    if pregnant and youngest > MENARCHE:
        yield f"a condition of pregnancy, but nobody under {youngest:g} has it"
    newborn = condition.icd10.startswith(PERINATAL) or NEWBORN.search(condition.name)
    if newborn and youngest > 0:
        yield f"a condition of newborns, but nobody under {youngest:g} years has it"


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


def _shared_codes(catalogue: Catalogue) -> Iterator[Problem]:
    owners: dict[str, str] = {}
    for condition in catalogue.conditions.values():
        other = owners.setdefault(condition.icd10, condition.id)
        if other != condition.id and condition.icd10 not in SHARED_CODES:
            yield Problem(condition.id, f"has the code {condition.icd10} of {other}")


def _product(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    return sum(p * other[finding] for finding, p in one.items() if finding in other)
