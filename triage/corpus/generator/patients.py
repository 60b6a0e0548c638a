"""Invented patients for the case generator: who they are, what they have and lack, their vital signs and urgency."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from triage.corpus.generator.grammar import frames
from triage.knowledge.load import AGE_BANDS, Catalogue, Condition, load_catalogue
from triage.levels import LEVELS

_DISCRIMINATORS = 14
_FEVERISH = 37.4
_NOISE = 0.15
_UNITS_A_YEAR = {"hour": 8766, "day": 365, "week": 52, "month": 12, "year": 1}
# Mean heart rate, respirations, systolic pressure by age in years; rough centres for invented vital signs, not limits.
_BASELINES = ((1, 130, 40, 85), (3, 112, 28, 93), (6, 100, 24, 97), (12, 88, 20, 104), (200, 76, 15, 124))


@dataclass(frozen=True, slots=True)
class Patient:
    """One invented patient. `present` and `absent` are finding ids, the most typical first; ages in years."""

    condition: Condition
    age_years: float
    female: bool
    present: tuple[str, ...]
    absent: tuple[str, ...]
    severity: str
    amount: int
    vitals: Mapping[str, float | str]

    def marks(self) -> frozenset[str]:
        """What a sentence about normal things must not deny: findings, their sites, severity, urgency, age."""
        known = load_catalogue().findings
        marks = {self.severity, self.condition.urgency, *self.present}
        marks |= {known[finding].body_site for finding in self.present}
        marks |= {known[finding].kind for finding in self.present} & {"history"}
        marks |= {f"under_{years}" for years in (1, 5, 18, 40, 60) if self.age_years < years}
        marks |= {f"over_{years}" for years in (6, 50) if self.age_years >= years}
        if float(self.vitals["temperature"]) > _FEVERISH:
            marks.add("feverish")
        return frozenset(marks)


@lru_cache(maxsize=1)
def discriminators() -> dict[str, tuple[str, ...]]:
    """Per condition, what is asked and found absent: `against`, then what is typical of its look-alikes only."""
    catalogue = load_catalogue()
    having: dict[str, list[tuple[str, float]]] = {}
    for condition in catalogue.conditions.values():
        for finding, p in condition.findings.items():
            having.setdefault(finding, []).append((condition.id, p))
    return {
        condition.id: _discriminators_of(condition, having, catalogue) for condition in catalogue.conditions.values()
    }


def _discriminators_of(
    condition: Condition, having: Mapping[str, Sequence[tuple[str, float]]], catalogue: Catalogue
) -> tuple[str, ...]:
    alike: dict[str, float] = {}
    for finding, p in condition.findings.items():
        for other, q in having[finding]:
            alike[other] = alike.get(other, 0.0) + p * q / math.sqrt(len(having[finding]))
    alike.pop(condition.id, None)
    nearest = sorted(alike, key=lambda other: (-alike[other], other))[:6]
    unasked = set(frames()["unasked"])
    found: dict[str, None] = dict.fromkeys(condition.against)
    for other in nearest:
        for finding, p in catalogue.conditions[other].findings.items():
            asked = catalogue.findings[finding].kind in {"symptom", "sign"} and finding not in unasked
            if asked and p >= 0.5 and not condition.probability(finding):
                found[finding] = None
    return tuple(found)[:_DISCRIMINATORS]


def draw_patient(condition: Condition, rng: Random) -> Patient:
    """One patient with `condition`: age and sex by its weights, findings by their typicality, one in five atypical."""
    band = rng.choices(AGE_BANDS, condition.age_weights)[0]
    youngest, oldest = condition.age_range
    age = rng.uniform(max(band[0], youngest), min(band[1], oldest))
    age = max(age, 0.01)
    female = rng.random() < condition.female
    barred = _barred(age, female)
    present = _draw_present(condition, barred, rng)
    severity = rng.choices(("mild", "moderate", "severe"), (2, 6, 2))[0]
    if severity == "mild" and condition.urgency in {"immediate", "very_urgent"}:
        severity = "moderate"
    amount = _amount(condition, age, rng)
    absent = _draw_absent(condition, barred | set(present), rng)
    return Patient(condition, age, female, present, absent, severity, amount, draw_vitals(age, present, rng))


def _amount(condition: Condition, age: float, rng: Random) -> int:
    """How many units the complaint has lasted: never longer than the patient's life."""
    amount = rng.randint(condition.duration.low, condition.duration.high)
    return max(1, min(amount, int(0.8 * age * _UNITS_A_YEAR[condition.duration.unit])))


def _draw_absent(condition: Condition, ruled_out: frozenset[str], rng: Random) -> tuple[str, ...]:
    families = frames()["families"]
    absent: list[str] = []
    for finding in discriminators()[condition.id]:
        # Nobody with right-sided belly pain says "no belly pain".
        contradicts = finding in ruled_out or not ruled_out.isdisjoint(families.get(finding, ()))
        if not contradicts and rng.random() < 0.25:
            absent.append(finding)
    # Half of all denials are routine and say nothing about this condition.
    for finding in rng.sample(frames()["routinely_asked"], rng.choice((0, 0, 1, 2, 4))):
        likely = condition.probability(finding) >= 0.3
        contradicts = finding in ruled_out or not ruled_out.isdisjoint(families.get(finding, ()))
        if not (likely or contradicts or finding in absent):
            absent.append(finding)
    return tuple(absent[:7])


def _draw_present(condition: Condition, barred: frozenset[str], rng: Random) -> tuple[str, ...]:
    # Rich, typical and sparse presentations: a factor on each finding's probability.
    factor = rng.choices((1.25, 1.0, 0.6, 0.35), (2, 5, 3, 1))[0]
    chosen = [f for f, p in condition.findings.items() if f not in barred and rng.random() < min(p * factor, 0.98)]
    wanted = 2 if factor < 1 else 3
    for finding in condition.findings:
        if len(chosen) >= wanted:
            break
        if finding not in chosen and finding not in barred and rng.random() < 0.8:
            chosen.append(finding)
    # Without any of its three leading findings nobody could recognise the condition.
    leading = [f for f in list(condition.findings)[:3] if f not in barred] or list(condition.findings)[:1]
    if not set(leading) & set(chosen) and rng.random() < 0.9:
        chosen.insert(0, leading[0])
    chosen = chosen or leading[:1]
    chosen += [f for f, p in condition.risk_factors.items() if f not in barred and rng.random() < p * 0.8]
    if rng.random() < _NOISE:
        chosen += _unrelated(condition, barred, rng)
    return tuple(dict.fromkeys(_without_contradictions(chosen, rng)))


def _unrelated(condition: Condition, barred: frozenset[str], rng: Random) -> list[str]:
    """One common finding that has nothing to do with the condition, as real patients bring along."""
    finding = rng.choice(frames()["common_noise"])
    families = frames()["families"]
    contradicts = any(finding in (other, *families.get(other, ())) for other in condition.against)
    return [] if contradicts or finding in barred or "smoking" in barred else [finding]


def _without_contradictions(chosen: list[str], rng: Random) -> list[str]:
    for group in frames()["exclusive"]:
        both = [finding for finding in chosen if finding in group]
        if len(both) > 1:
            kept = rng.choice(both)
            chosen = [finding for finding in chosen if finding == kept or finding not in group]
    return chosen


@lru_cache(maxsize=32)
def _barred_for(stage: str, female: bool, older: bool) -> frozenset[str]:
    limits = frames()["limits"]
    barred = set(limits["male"] if female else [*limits["female"], *limits["fertile_female"]])
    if stage != "infant":
        barred |= set(limits["infant"])
    if stage == "infant":
        barred |= set(limits["speech"])
    if stage in {"infant", "child"}:
        barred |= {*limits["grown_up"], *limits["fertile_female"]}
    if not older:
        barred |= set(limits["over_45"])
    return frozenset(barred)


def _barred(age: float, female: bool) -> frozenset[str]:
    stage = "infant" if age < 2.5 else "child" if age < 13 else "grown"
    barred = _barred_for(stage, female, age >= 45)
    return barred | set(frames()["limits"]["fertile_female"]) if age >= 54 else barred


def draw_vitals(age: float, present: Sequence[str], rng: Random) -> dict[str, float | str]:
    """Vital signs that agree with the findings: per minute, per cent, mmHg, degrees Celsius, ACVPU word."""
    heart, breaths, systolic = next(row[1:] for row in _BASELINES if age < row[0])
    had = set(present)
    temperature = _temperature(had, rng)
    heat = max(0.0, temperature - 37.2)
    rate = heart * rng.uniform(0.85, 1.15) + 9 * heat
    rate *= 1.45 if "tachycardia" in had else 0.55 if "bradycardia" in had else 1.0
    breathing = breaths * rng.uniform(0.85, 1.15) + 2 * heat
    breathing *= 1.7 if "tachypnoea" in had else 0.45 if "slow_breathing" in had else 1.0
    pressure = systolic * _pressure_factor(had) * rng.uniform(0.92, 1.08)
    return {
        "heart_rate": round(min(rate, 230)),
        "respiratory_rate": round(min(breathing, 80)),
        "spo2": rng.randint(80, 91) if "hypoxia" in had or "cyanosis" in had else rng.randint(95, 100),
        "systolic": round(pressure),
        "diastolic": round(pressure * rng.uniform(0.56, 0.68)),
        "temperature": round(temperature, 1),
        "consciousness": _consciousness(had),
    }


def _temperature(had: set[str], rng: Random) -> float:
    ranges = {
        "high_fever": (39.3, 40.6),
        "fever": (38.2, 39.4),
        "low_grade_fever": (37.5, 38.1),
        "hypothermia_temp": (29.0, 34.8),
    }
    return rng.uniform(*next((ranges[f] for f in ranges if f in had), (36.3, 37.3)))


def _pressure_factor(had: set[str]) -> float:
    if "hypotension" in had:
        return 0.66
    if "severe_hypertension" in had:
        return 1.62
    return 1.25 if "high_blood_pressure" in had else 1.0


def _consciousness(had: set[str]) -> str:
    if "unresponsive" in had:
        return "unresponsive"
    if "drowsiness" in had:
        return "voice"
    return "confused" if had & {"confusion", "fluctuating_confusion", "postictal"} else "alert"


def urgency_of(patient: Patient, told: Sequence[str]) -> str:
    """The condition's usual urgency, moved by what is `told` of this case.

    Danger signs raise to their level, a fever in the first three months to very urgent, "severe" by one level up to
    urgent; "mild" without any danger sign lowers urgent and soon by one. Never lowers immediate or very urgent.
    """
    level = LEVELS.index(patient.condition.urgency)
    floors = [LEVELS.index(name) for name, signs in frames()["danger"].items() if set(signs) & set(told)]
    if patient.age_years < 0.25 and {"fever", "high_fever"} & set(told):
        floors.append(LEVELS.index("very_urgent"))
    if floors:
        return LEVELS[min([level, *floors])]
    if patient.severity == "severe" and level > 2:
        return LEVELS[level - 1]
    if patient.severity == "mild" and level in {2, 3}:
        return LEVELS[level + 1]
    return LEVELS[level]
