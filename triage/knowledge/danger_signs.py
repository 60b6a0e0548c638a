"""Vital signs that are a danger by themselves: an adult's extremes, a child's both ends, pregnancy, consciousness.

Plain tables with their sources. Where a table's rows carry no urgency in their source, which is everywhere, the
urgency beside them is this project's own mapping. The tables only ever add a danger: a sign that is not measured, or
lies inside every limit, says nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from triage.knowledge.scales import ADULT_FROM
from triage.knowledge.vital_terms import VitalTerm, read_vital_term
from triage.levels import LEVELS, Level
from triage.vitals import Vitals


class Table(NamedTuple):
    """Where limits come from, and how a page names what lies beyond them."""

    id: str
    name: str
    name_zh: str
    source: str


@dataclass(frozen=True, slots=True)
class Danger:
    """What one table says of a patient: the urgency, and the comparisons that hold."""

    table: Table
    level: Level
    terms: tuple[VitalTerm, ...]

    def words(self, vitals: Vitals) -> tuple[str, str]:
        """The table with what was measured, in English and in Chinese."""
        signs = [_sign_words(name, getattr(vitals, name)) for name in dict.fromkeys(term.name for term in self.terms)]
        english, chinese = zip(*signs, strict=True)
        return f"{self.table.name}: {', '.join(english)}", f"{self.table.name_zh}：{'，'.join(chinese)}"


_Limits = Sequence[tuple[str, Level]]
_OWN: Final = "the level is this project's own mapping"

# Any age. Ours: newly confused very urgent; answering to voice only, to pain or to nothing immediate.
NOT_ALERT: Final = Table(
    "not_alert",
    "Not alert",
    "意识不清",
    f"ACVPU: Royal College of Physicians, NEWS2, 2017; {_OWN}",
)
NOT_ALERT_LIMITS: Final[_Limits] = (
    ("consciousness=confused", "very_urgent"),
    ("consciousness=voice", "immediate"),
    ("consciousness=pain", "immediate"),
    ("consciousness=unresponsive", "immediate"),
)

# Any age, by age (years, exclusive). A pulse or a breathing this slow leaves no minutes: ours, immediate. Paediatric
# advanced life support resuscitates under 60 with poor perfusion; in an infant it is not waited for.
NEAR_ARREST: Final = Table(
    "near_arrest",
    "Pulse or respiration near arrest",
    "心跳或呼吸濒临停止",
    "Own limits; an infant's pulse under 60: paediatric advanced life support (American Heart Association)",
)
NEAR_ARREST_LIMITS: Final[tuple[tuple[float, _Limits], ...]] = (
    (1, (("heart_rate<60", "immediate"), ("respiratory_rate<=10", "immediate"))),
    (12, (("heart_rate<40", "immediate"), ("respiratory_rate<=8", "immediate"))),
    (float("inf"), (("heart_rate<30", "immediate"), ("respiratory_rate<=6", "immediate"))),
)

# Any age. Scale 2 of NEWS2 is for adults, and not in pregnancy: for others a target of 88-92 % changes nothing, and
# for them 85 lies below the target.
LOW_OXYGEN: Final = Table(
    "low_oxygen",
    "Low oxygen saturation",
    "低血氧",
    f"SpO2 under 92 %: US five-level triage practice, high-risk vital signs; {_OWN}",
)
LOW_OXYGEN_LIMITS: Final[_Limits] = (("spo2<90", "immediate"), ("spo2<92", "very_urgent"))
LOW_OXYGEN_ON_SCALE_2: Final[_Limits] = (("spo2<85", "immediate"),)

# Any age. Under 3 mmol/L somebody may lose consciousness at this minute; from 25 on ketoacidosis or a hyperosmolar
# state must be looked for.
GLUCOSE: Final = Table(
    "glucose_ends",
    "Dangerous glucose",
    "血糖危险",
    f"Hypoglycaemia under 3.0 mmol/L: International Hypoglycaemia Study Group 2017, level 2; {_OWN}",
)
GLUCOSE_LIMITS: Final[_Limits] = (
    ("glucose<3", "immediate"),
    ("glucose<3.5", "very_urgent"),
    ("glucose>=25", "urgent"),
    ("glucose>=30", "very_urgent"),
)

# Any age: severe pain is looked at within the hour, whatever it comes from.
PAIN: Final = Table("severe_pain", "Severe pain", "剧烈疼痛", f"Own limit on the scale from 0 to 10; {_OWN}")
PAIN_LIMITS: Final[_Limits] = (("pain>=8", "urgent"),)

# From 16 years, and where the age is not known. Limits inside NEWS2's outermost columns, which by themselves ask only
# for an urgent look. Ours: no pressure immediate; low pressure, pulse and respiration very urgent.
ADULT: Final = Table(
    "adult_extremes",
    "Extreme for an adult",
    "成人生命体征极端值",
    f"Own limits inside the 3-point columns of NEWS2 (Royal College of Physicians 2017); {_OWN}",
)
ADULT_LIMITS: Final[_Limits] = (
    ("systolic<80", "immediate"),
    ("systolic<90", "very_urgent"),
    ("heart_rate<40", "immediate"),
    ("heart_rate>=150", "very_urgent"),
    ("heart_rate>150", "immediate"),
    ("respiratory_rate<=8", "immediate"),
    ("respiratory_rate>=35", "immediate"),
)

# Under 16 years: the 4-point ends of Bedside PEWS, by age (years, exclusive). Ours: one sign very urgent, two or more
# immediate (8 points, the score from which the authors found children near arrest).
CHILD_ENDS: Final = Table(
    "child_vital_ends",
    "Far outside the range for this age",
    "远超该年龄正常范围",
    f"Bedside PEWS, 4 points: Parshuram et al. 2009, Critical Care 13:R135, table 1; {_OWN}",
)
CHILD_ENDS_LIMITS: Final[tuple[tuple[float, str], ...]] = (
    (0.25, "heart_rate>=190 heart_rate<=80 systolic>=130 systolic<=45 respiratory_rate>=91 respiratory_rate<=15"),
    (1, "heart_rate>=180 heart_rate<=70 systolic>=150 systolic<=60 respiratory_rate>=81 respiratory_rate<=15"),
    (4, "heart_rate>=170 heart_rate<=60 systolic>=160 systolic<=65 respiratory_rate>=71 respiratory_rate<=12"),
    (12, "heart_rate>150 heart_rate<=50 systolic>=170 systolic<=70 respiratory_rate>=51 respiratory_rate<=10"),
    (16, "heart_rate>=140 heart_rate<=40 systolic>=190 systolic<=75 respiratory_rate>=30 respiratory_rate<=9"),
)

# Under 16 years. A child's pressure falls last, so ours is immediate up to 10 years; above, where 90 is still common,
# very urgent, and an adult's limit immediate.
CHILD_PRESSURE: Final = Table(
    "child_hypotension",
    "Low blood pressure for this age",
    "该年龄低血压",
    f"Hypotension by age, paediatric advanced life support (American Heart Association); {_OWN}",
)
NEWBORN_UNTIL: Final = 29 / 365.25  # years: the 28th day belongs to it

# From 12 to 16 years one fast sign asks for what one beyond the limits for the age does in a younger child.
ADOLESCENT: Final = Table(
    "adolescent_fast_signs",
    "Fast for this age",
    "快于该年龄正常范围",
    f"Bedside PEWS, 2 points: Parshuram et al. 2009, Critical Care 13:R135, table 1; {_OWN}",
)
ADOLESCENT_FROM: Final = 12.0
ADOLESCENT_LIMITS: Final[_Limits] = (("heart_rate>=120", "urgent"), ("respiratory_rate>=23", "urgent"))

# Pregnancy and six weeks after it, at any age: any one sign calls a clinician to the bedside. Ours: very urgent. The
# source asks for SpO2 on air; the same number on oxygen is worse and counts as well. Its confusion and
# unresponsiveness are those of `NOT_ALERT`; its symptoms are red flags.
MATERNAL: Final = Table(
    "maternal_early_warning",
    "Early warning in pregnancy or after birth",
    "孕产妇早期预警",
    f"Maternal early warning criteria: Mhyre et al. 2014, Obstetrics & Gynecology 124:782; {_OWN}",
)
MATERNAL_LIMITS: Final[_Limits] = (
    ("systolic<90", "very_urgent"),
    ("systolic>160", "very_urgent"),
    ("diastolic>100", "very_urgent"),
    ("heart_rate<50", "very_urgent"),
    ("heart_rate>120", "very_urgent"),
    ("respiratory_rate<10", "very_urgent"),
    ("respiratory_rate>30", "very_urgent"),
    ("spo2<95", "very_urgent"),
)

_SIGNS: Final[Mapping[str, tuple[str, str]]] = {
    "systolic": ("systolic", "收缩压"),
    "diastolic": ("diastolic", "舒张压"),
    "heart_rate": ("pulse", "脉搏"),
    "respiratory_rate": ("respiration", "呼吸"),
    "spo2": ("SpO2", "血氧"),
    "glucose": ("glucose", "血糖"),
    "pain": ("pain", "疼痛"),
}
_STATES: Final[Mapping[str, tuple[str, str]]] = {
    "confused": ("new confusion", "新发意识模糊"),
    "voice": ("responds to voice only", "仅对声音有反应"),
    "pain": ("responds to pain only", "仅对疼痛有反应"),
    "unresponsive": ("unresponsive", "无反应"),
}


def danger_signs(vitals: Vitals, age_years: float | None, *, maternal: bool) -> list[Danger]:
    """What each table that is for this patient says; one without a danger is left out.

    `maternal`: pregnant, or within six weeks after birth. An unknown age counts as an adult's.
    """
    age = ADULT_FROM if age_years is None else age_years
    return [found for found in _asked(vitals, age, maternal=maternal) if found is not None]


def _asked(vitals: Vitals, age: float, *, maternal: bool) -> Iterator[Danger | None]:
    adult = age >= ADULT_FROM
    yield _beyond(NOT_ALERT, NOT_ALERT_LIMITS, vitals)
    yield _beyond(NEAR_ARREST, next(limits for until, limits in NEAR_ARREST_LIMITS if age < until), vitals)
    on_scale_2 = vitals.hypercapnic and adult and not maternal
    yield _beyond(GLUCOSE, GLUCOSE_LIMITS, vitals)
    yield _beyond(PAIN, PAIN_LIMITS, vitals)
    yield _beyond(LOW_OXYGEN, LOW_OXYGEN_ON_SCALE_2 if on_scale_2 else LOW_OXYGEN_LIMITS, vitals)
    if maternal:
        yield _beyond(MATERNAL, MATERNAL_LIMITS, vitals)
    if adult:
        yield _beyond(ADULT, ADULT_LIMITS, vitals)
        return
    yield _beyond_ends(vitals, age)
    yield _beyond(CHILD_PRESSURE, pressure_limits(age), vitals)
    if age >= ADOLESCENT_FROM:
        yield _beyond(ADOLESCENT, ADOLESCENT_LIMITS, vitals)


def pressure_limits(age_years: float) -> _Limits:
    """Systolic pressure under which a child of this age is hypotensive, mmHg."""
    if age_years < NEWBORN_UNTIL:
        return (("systolic<60", "immediate"),)
    if age_years < 1:
        return (("systolic<70", "immediate"),)
    if age_years < 10:
        return ((f"systolic<{70 + 2 * age_years:.4f}", "immediate"),)
    return (("systolic<80", "immediate"), ("systolic<90", "very_urgent"))


def _beyond(table: Table, limits: _Limits, vitals: Vitals) -> Danger | None:
    held = [(term, level) for text, level in limits if (term := _term(text)).holds(vitals)]
    if not held:
        return None
    level = min((level for _term, level in held), key=LEVELS.index)
    return Danger(table, level, tuple(term for term, _level in held))


def _beyond_ends(vitals: Vitals, age: float) -> Danger | None:
    texts = next(texts for until, texts in CHILD_ENDS_LIMITS if age < until)
    held = tuple(term for text in texts.split() if (term := _term(text)).holds(vitals))
    if not held:
        return None
    return Danger(CHILD_ENDS, "immediate" if len(held) > 1 else "very_urgent", held)


def _sign_words(name: str, value: float | str) -> tuple[str, str]:
    if isinstance(value, str):
        return _STATES[value]
    english, chinese = _SIGNS[name]
    return f"{english} {value:g}", f"{chinese} {value:g}"


@lru_cache(maxsize=256)
def _term(text: str) -> VitalTerm:
    term = read_vital_term(text)
    if term is None:
        raise ValueError(f"{text!r} is no comparison")
    return term
