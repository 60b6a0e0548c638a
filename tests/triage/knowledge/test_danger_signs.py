"""Vital signs that are a danger by themselves: the whole grid against the published tables, written out again here."""

import math
from collections.abc import Iterator
from dataclasses import fields, replace
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.knowledge.danger_signs import danger_signs
from triage.knowledge.floor import Facts, safety_floor
from triage.knowledge.scales import NEWS2
from triage.levels import LEVELS, worst
from triage.vitals import RANGES, Vitals

DAY = 1 / 365.25
NEVER = (-1, 1000)
# Bedside PEWS, Parshuram et al. 2009, table 1, 4 points: this or less, this or more; ages up to, not including.
PEWS = [
    (0.25, {"heart_rate": (80, 190), "systolic": (45, 130), "respiratory_rate": (15, 91)}),
    (1, {"heart_rate": (70, 180), "systolic": (60, 150), "respiratory_rate": (15, 81)}),
    (4, {"heart_rate": (60, 170), "systolic": (65, 160), "respiratory_rate": (12, 71)}),
    (12, {"heart_rate": (50, 151), "systolic": (70, 170), "respiratory_rate": (10, 51)}),
    (16, {"heart_rate": (40, 140), "systolic": (75, 190), "respiratory_rate": (9, 30)}),
]
# Maternal early warning criteria, Mhyre et al. 2014: this or less, this or more, in whole numbers.
MATERNAL = {
    "systolic": (89, 161),
    "diastolic": (-1, 101),
    "heart_rate": (49, 121),
    "respiratory_rate": (9, 31),
    "spo2": (94, 1000),
}
AGES = [
    0,
    27 * DAY,
    28 * DAY,
    29 * DAY,
    0.24,
    0.25,
    0.99,
    1,
    3.99,
    4,
    5.5,
    9.99,
    10,
    11.99,
    12,
    15.99,
    16,
    40,
    95,
    None,
]
WHO = [(None, False), (False, False), (True, False), (False, True)]
SIGNS = ["heart_rate", "systolic", "diastolic", "respiratory_rate", "spo2", "glucose", "pain"]


def _whole(sign: str) -> range:
    low, high, _unit = RANGES[sign]
    return range(math.ceil(low), int(high) + 1)


def _pressure_floor(age: float) -> float:
    """Paediatric advanced life support: systolic pressures under this are hypotension."""
    if age < 29 * DAY:
        return 60
    if age < 1:
        return 70
    return 70 + 2 * age if age < 10 else 90


def _expected(sign: str, value: int, age: float | None, maternal: bool) -> str | None:
    """The urgency of one measured sign, by the tables."""
    found: list[Any] = []
    low, high = MATERNAL.get(sign, NEVER) if maternal else NEVER
    if value <= low or value >= high:
        found.append("very_urgent")
    found += _of_any_age(sign, value, 40 if age is None else age)
    if age is None or age >= 16:
        found += _adult(sign, value)
        return worst(*found)
    low, high = next(ends for until, ends in PEWS if age < until).get(sign, NEVER)
    if value <= low or value >= high:
        found.append("very_urgent")
    if sign == "systolic" and value < _pressure_floor(age):
        found.append("immediate" if age < 10 or value < 80 else "very_urgent")
    if age >= 12 and value >= {"heart_rate": 120, "respiratory_rate": 23}.get(sign, 1000):
        found.append("urgent")
    return worst(*found)


def _of_any_age(sign: str, value: int, age: float) -> Iterator[str]:
    if sign == "glucose" and value < 4:
        yield "immediate" if value < 3 else "very_urgent"
    if sign == "glucose" and value >= 25:
        yield "very_urgent" if value >= 30 else "urgent"
    if sign == "pain" and value >= 8:
        yield "urgent"
    if sign == "spo2" and value < 92:
        yield "immediate" if value < 90 else "very_urgent"
    slowest = {"heart_rate": (59, 39, 29), "respiratory_rate": (10, 8, 6)}.get(sign, (-1, -1, -1))
    if value <= slowest[0 if age < 1 else 1 if age < 12 else 2]:
        yield "immediate"


def _adult(sign: str, value: int) -> Iterator[str]:
    if sign == "systolic" and value < 90:
        yield "immediate" if value < 80 else "very_urgent"
    if sign == "heart_rate" and value == 150:
        yield "very_urgent"
    if sign == "heart_rate" and (value < 40 or value > 150):
        yield "immediate"
    if sign == "respiratory_rate" and (value <= 8 or value >= 35):
        yield "immediate"


def _level(vitals: Vitals, age: float | None, maternal: bool) -> str | None:
    return worst(*(danger.level for danger in danger_signs(vitals, age, maternal=maternal)))


def _rank(level: str | None) -> int:
    return len(LEVELS) if level is None else LEVELS.index(level)


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("age", AGES)
def test_every_value_of_every_sign_has_the_urgency_of_the_tables(age: float | None, sign: str) -> None:
    for value, maternal in product(_whole(sign), (False, True)):
        expected = _expected(sign, value, age, maternal)
        assert _level(Vitals(**{sign: value}), age, maternal) == expected, (value, maternal)


def _around(sign: str) -> list[int]:
    """Whole values at which something changes, for some age, with those beside them."""
    values = list(_whole(sign))
    asked = [(age, maternal) for age in AGES for maternal in (False, True)]
    steps = [tuple(_expected(sign, value, *each) for each in asked) for value in values]
    changes = {at for at in range(1, len(values)) if steps[at] != steps[at - 1]}
    return [values[at] for at in sorted({each for at in changes for each in (at - 1, at)} | {0, len(values) - 1})]


@pytest.mark.parametrize("who", WHO, ids=["unknown", "not pregnant", "pregnant", "after birth"])
@pytest.mark.parametrize("sign", SIGNS)
def test_the_floor_asks_for_no_less_than_the_tables(sign: str, who: tuple[bool | None, bool]) -> None:
    pregnant, after_birth = who
    for age, value in product(AGES, _around(sign)):
        facts = Facts(age, "female", pregnant, Vitals(**{sign: value}), after_birth)
        expected = _expected(sign, value, age, bool(pregnant) or after_birth)
        assert _rank(safety_floor("Unwell.", facts).level) <= _rank(expected), (age, value)


@pytest.mark.parametrize("who", WHO, ids=["unknown", "not pregnant", "pregnant", "after birth"])
@pytest.mark.parametrize(
    ("state", "level"),
    [
        ("alert", None),
        ("confused", "very_urgent"),
        ("voice", "immediate"),
        ("pain", "immediate"),
        ("unresponsive", "immediate"),
    ],
)
def test_anything_but_alert_is_a_danger_at_any_age(
    state: Any, level: str | None, who: tuple[bool | None, bool]
) -> None:
    for age in AGES:
        facts = Facts(age, "female", who[0], Vitals(consciousness=state), who[1])
        assert safety_floor("Unwell.", facts).level == level


@pytest.mark.parametrize(("age", "ends"), [(until - 0.01, ends) for until, ends in PEWS])
def test_two_signs_at_a_childs_ends_are_immediate(age: float, ends: dict[str, tuple[int, int]]) -> None:
    for one, other in combinations(ends, 2):
        for first, second in product(ends[one], ends[other]):
            assert _level(Vitals(**{one: first, other: second}), age, False) == "immediate"


def test_a_pressure_that_kills_is_immediate_in_an_adult_and_the_page_says_which_sign() -> None:
    floor = safety_floor("Unwell.", Facts(50, "male", None, Vitals(systolic=62, diastolic=30)))
    flag = next(flag for flag in floor.fired if flag.rule == "adult_extremes")
    assert (floor.level, flag.name, flag.name_zh) == (
        "immediate", "Extreme for an adult: systolic 62", "成人生命体征极端值：收缩压 62",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("age", "pregnant", "level"), [(8, None, "very_urgent"), (30, True, "very_urgent"), (70, None, None)]
)
def test_the_lower_target_of_scale_2_is_an_adults_outside_pregnancy(
    age: float, pregnant: bool | None, level: str | None
) -> None:
    vitals = Vitals(spo2=91, oxygen=False, hypercapnic=True)
    assert safety_floor("Unwell.", Facts(age, "female", pregnant, vitals)).level == level


def test_on_scale_2_only_what_lies_below_the_target_is_a_danger() -> None:
    for spo2 in _whole("spo2"):
        vitals = Vitals(spo2=spo2, oxygen=False, hypercapnic=True)
        assert _level(vitals, 70, False) == ("immediate" if spo2 < 85 else None)


def test_a_slow_pulse_with_poor_perfusion_is_immediate_in_a_child() -> None:
    for state in ("confused", "voice", "pain", "unresponsive"):
        assert safety_floor("", Facts(8, None, None, Vitals(heart_rate=59, consciousness=state))).level == "immediate"
    assert safety_floor("", Facts(8, None, None, Vitals(heart_rate=59, consciousness="alert"))).level is None


VITALS = st.builds(
    Vitals,
    heart_rate=st.none() | st.integers(20, 230),
    respiratory_rate=st.none() | st.integers(3, 95),
    spo2=st.none() | st.integers(70, 100),
    systolic=st.none() | st.integers(40, 240),
    temperature=st.none() | st.integers(310, 420).map(lambda tenths: tenths / 10),
    consciousness=st.none() | st.sampled_from(["alert", "confused", "voice", "pain", "unresponsive"]),
    oxygen=st.none() | st.booleans(),
    hypercapnic=st.booleans(),
)  # fmt: skip
MEASURED = [each.name for each in fields(Vitals) if each.name not in ("oxygen", "hypercapnic")]
TEXTS = ["Unwell.", "Right lower abdominal pain since this morning.", "Fever and a headache."]


def _floor(vitals: Vitals, age: float | None, pregnant: bool | None, after_birth: bool, text: str = "Unwell.") -> int:
    return _rank(safety_floor(text, Facts(age, "female", pregnant, vitals, after_birth)).level)


@given(VITALS, st.sampled_from([each for each in AGES if each is not None and each >= 16]), st.sampled_from(WHO))
def test_an_age_that_nobody_gave_never_lowers(vitals: Vitals, adult: float, who: tuple[bool | None, bool]) -> None:
    assert _floor(vitals, None, *who) <= _floor(vitals, adult, *who)


@given(VITALS, st.sampled_from(AGES), st.sampled_from(TEXTS))
def test_pregnancy_and_birth_never_lower(vitals: Vitals, age: float | None, text: str) -> None:
    without = _floor(vitals, age, False, False, text)
    assert _floor(vitals, age, True, False, text) <= without
    assert _floor(vitals, age, False, True, text) <= without


@given(VITALS, st.sampled_from(AGES), st.sampled_from(WHO), st.sampled_from(MEASURED))
def test_one_more_measured_sign_never_lowers(
    vitals: Vitals, age: float | None, who: tuple[bool | None, bool], sign: str
) -> None:
    assert _floor(vitals, age, *who) <= _floor(replace(vitals, **{sign: None}), age, *who)


@given(
    VITALS,
    st.sampled_from(AGES),
    st.sampled_from(WHO),
    st.sampled_from(["systolic", "respiratory_rate", "heart_rate", "spo2"]),
    st.integers(1, 40),
)
def test_a_sign_that_falls_below_the_usual_never_lowers(
    vitals: Vitals, age: float | None, who: tuple[bool | None, bool], sign: str, by: int
) -> None:
    value, least = getattr(vitals, sign), {"systolic": 50, "respiratory_rate": 12, "heart_rate": 50, "spo2": 92}[sign]
    if value is not None and value <= least:
        fallen = max(RANGES[sign][0], value - by)
        assert _floor(replace(vitals, **{sign: fallen}), age, *who) <= _floor(vitals, age, *who)


@pytest.mark.parametrize(
    ("facts", "named"),
    [
        (Facts(40, "male", True), True),
        (Facts(40, "male", None, None, True), True),
        (Facts(40, "female", True, None, True), True),
        (Facts(40, "female", False, None, True), False),
    ],
)
def test_a_birth_that_cannot_be_is_named(facts: Facts, named: bool) -> None:
    assert ("pregnant" in safety_floor("Cough.", facts).contradictions) == named


def test_what_the_form_says_of_birth_makes_the_rules_for_it_fire() -> None:
    fired = {flag.rule for flag in safety_floor("Fever since yesterday.", Facts(30, "female", False, None, True)).fired}
    assert "postpartum_danger" in fired
    assert NEWS2 not in dict(safety_floor("Unwell.", Facts(30, "female", False, Vitals(heart_rate=70), True)).scores)
