"""The safety floor: red-flag rules, NEWS2, vital signs by age and fever by age. It can only raise an urgency."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from triage.clinical_text.clauses import sentences
from triage.clinical_text.demographics import Told, read_demographics
from triage.clinical_text.vitals_in_text import fill_from_text
from triage.knowledge import scales
from triage.knowledge.danger_signs import danger_signs
from triage.knowledge.intake_record import unread_dangers
from triage.knowledge.load import load_catalogue
from triage.knowledge.named_diagnoses import named_diagnoses
from triage.knowledge.note import VisitNote, read_note
from triage.knowledge.red_flags import load_rules
from triage.knowledge.rule_matching import Facts, Patient, Sex, Spans, present_groups, spans_if_fired
from triage.knowledge.scales import Scale, Score, may_be_adult
from triage.levels import LEVELS, Level, worst
from triage.vitals import Vitals

__all__ = ["Facts", "Fired", "Floor", "Scored", "safety_floor"]

NAMED: Final = "A diagnosis that the note names; the level is the condition's own in the catalogue"


@dataclass(frozen=True, slots=True)
class Fired:
    """A rule that fired, with the character spans of the text that made it fire."""

    rule: str
    level: Level
    name: str
    spans: Spans
    source: str
    name_zh: str = ""


class Scored(NamedTuple):
    """A scale that is for this patient, with its score: one without any points where nothing was measured."""

    scale: Scale
    score: Score


@dataclass(frozen=True, slots=True)
class Floor:
    """The lowest urgency that is allowed and why.

    `level` is None where nothing fired, which is no reassurance. `scores` are of the scales that are for such a
    patient. `contradictions` names facts on which form and text disagree ("age", "sex", "pregnant"): nothing is
    silently preferred. `vitals`, `age_years`, `sex` and `maternal` are what the rules went by, from form and text;
    `vitals` is None where nobody read any. `unread` are places of dangerous words that nothing understood.
    """

    level: Level | None
    fired: tuple[Fired, ...]
    scores: tuple[Scored, ...] = ()
    contradictions: tuple[str, ...] = ()
    vitals: Vitals | None = None
    age_years: float | None = None
    sex: Sex | None = None
    maternal: bool = False
    unread: Spans = ()


def safety_floor(text: str, facts: Facts) -> Floor:
    """The safety floor of one visit: rules on what the text asserts present, and scales on the vital signs.

    Age, sex, pregnancy and vital signs that the form leaves out are read from the text where it gives them.
    """
    note = read_note(text, facts.corrections)
    told = read_demographics(note.plain.text)
    known = _complete(facts, told)
    vitals = fill_from_text(note.plain.text, facts.vitals or Vitals())
    patient = Patient(known, vitals, present_groups(note), _given(known), tuple(each.end for each in sentences(text)))
    fired = [
        Fired(rule.id, rule.level, rule.name, spans, rule.source, rule.name_zh)
        for rule in load_rules()
        if (spans := spans_if_fired(rule, patient)) is not None
    ]
    fired += _named(note)
    scores = tuple(_scores(patient))
    fired += _scale_flags(patient, scores)
    fired.sort(key=lambda flag: LEVELS.index(flag.level))
    return Floor(
        level=worst(*(flag.level for flag in fired)),
        fired=tuple(fired),
        scores=scores,
        contradictions=_contradictions(facts, told),
        vitals=vitals,
        age_years=known.age_years,
        sex=known.sex,
        maternal=patient.maternal,
        unread=unread_dangers(text, facts.corrections),
    )


def _named(note: VisitNote) -> Iterator[Fired]:
    """A written emergency diagnosis is believed, in whichever language it stands."""
    notes = [note.plain, note.english] if note.chinese else [note.plain]
    seen: set[str] = set()
    for each in (found for part in notes for found in named_diagnoses(part)):
        if each.condition not in seen:
            seen.add(each.condition)
            condition = load_catalogue().conditions[each.condition]
            spans = ((each.start, each.end),)
            yield Fired(f"named_{each.condition}", each.level, condition.name, spans, NAMED, condition.name_zh)


def _complete(facts: Facts, told: Told) -> Facts:
    return replace(
        facts,
        age_years=told.age_years if facts.age_years is None else facts.age_years,
        sex=facts.sex or told.sex,
        pregnant=told.pregnant if facts.pregnant is None else facts.pregnant,
    )


def _ages_differ(one: float, other: float) -> bool:
    return abs(one - other) > max(1.0, 0.1 * one)


def _contradictions(facts: Facts, told: Told) -> tuple[str, ...]:
    """Facts that form and text give differently (ages may differ by a year: birthdays and rounding)."""
    differs: list[str] = []
    if facts.age_years is not None and told.age_years is not None and _ages_differ(facts.age_years, told.age_years):
        differs.append("age")
    if facts.sex in {"female", "male"} and told.sex is not None and told.sex != facts.sex:
        differs.append("sex")
    if sum((facts.sex == "male", bool(facts.pregnant), facts.after_birth)) > 1:
        differs.append("pregnant")
    return tuple(differs)


def _given(facts: Facts) -> frozenset[str]:
    said = {"pregnant": facts.pregnant, "postpartum": facts.after_birth}
    return frozenset(group for group, holds in said.items() if holds)


def _scores(patient: Patient) -> Iterator[Scored]:
    age = patient.facts.age_years
    for scale in scales.SCALES:
        if scale.fits(age, patient.maternal):
            yield Scored(scale, scale.score(patient.vitals, age))


def _scale_flags(patient: Patient, scores: Iterable[Scored]) -> Iterator[Fired]:
    yield from _score_flags(scores)
    yield from _adult_bands_in_pregnancy(patient)
    # As in any adult where nobody gave an age: not known is no reason to look away.
    age = scales.ADULT_FROM if patient.facts.age_years is None else patient.facts.age_years
    for danger in danger_signs(patient.vitals, age, maternal=patient.maternal):
        name, name_zh = danger.words(patient.vitals)
        yield Fired(danger.table.id, danger.level, name, (), danger.table.source, name_zh)
    source = "High-risk vital signs by age, US five-level triage practice"
    beyond = scales.high_for_age(patient.vitals, age)
    if (level := _beyond_level(beyond, age)) is not None:
        name, name_zh = "Vital signs beyond the limits for this age", "生命体征超出该年龄界限"
        yield Fired("vitals_for_age", level, name, (), source, name_zh)
    temperature = patient.vitals.temperature
    if temperature is not None and (level := scales.fever_level(temperature, age)) is not None:
        name, name_zh = "Temperature outside the safe range for this age", "体温超出该年龄安全范围"
        source = "Fever by age: US triage practice; NICE NG143"
        yield Fired("fever_for_age", level, name, (), source, name_zh)


def _score_flags(scores: Iterable[Scored]) -> Iterator[Fired]:
    for scale, score in scores:
        if (level := scale.level(score)) is not None:
            source = f"{scale.source}; the mapping to a level is this project's own"
            name, name_zh = f"{scale.name} {score.total}", f"{scale.name} 评分 {score.total}"
            yield Fired(scale.id, level, name, (), source, name_zh)


def _adult_bands_in_pregnancy(patient: Patient) -> Iterator[Fired]:
    """Saying that someone is pregnant must not lower what the same numbers ask for in anybody else."""
    adult = may_be_adult(patient.facts.age_years)
    if patient.maternal and adult and (level := scales.news2_level(scales.news2(patient.vitals))):
        name, name_zh = "Vital signs that outside pregnancy would be a danger", "非孕产妇同样数值即属危险"
        source = "The bands of NEWS2 as the least; the score itself is not for pregnancy nor for six weeks after it"
        yield Fired("adult_bands_in_pregnancy", level, name, (), source, name_zh)


def _beyond_level(beyond: tuple[str, ...], age_years: float) -> Level | None:
    """Below 12 years two signs are very urgent and one is urgent; from 12 on two are urgent."""
    if age_years < 12:
        return ("very_urgent" if len(beyond) >= 2 else "urgent") if beyond else None
    return "urgent" if len(beyond) >= 2 else None
