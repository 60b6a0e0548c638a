"""NEWS2 against every border of the College's chart, limits by age, fever by age."""

import pytest

from triage.knowledge.scales import age_band, fever_level, high_for_age, news2, news2_level
from triage.levels import LEVELS, worst
from triage.vitals import Vitals

NORMAL = {
    "respiratory_rate": 16.0,
    "spo2": 98.0,
    "oxygen": False,
    "systolic": 120.0,
    "heart_rate": 70.0,
    "temperature": 37.0,
    "consciousness": "alert",
}

BORDERS = [
    ("respiratory_rate", [(8, 3), (9, 1), (11, 1), (12, 0), (20, 0), (21, 2), (24, 2), (25, 3), (60, 3)]),
    ("spo2", [(91, 3), (92, 2), (93, 2), (94, 1), (95, 1), (96, 0), (100, 0)]),
    ("systolic", [(90, 3), (91, 2), (100, 2), (101, 1), (110, 1), (111, 0), (219, 0), (220, 3)]),
    ("heart_rate", [(40, 3), (41, 1), (50, 1), (51, 0), (90, 0), (91, 1), (110, 1), (111, 2), (130, 2), (131, 3)]),
    ("temperature", [(35.0, 3), (35.1, 1), (36.0, 1), (36.1, 0), (38.0, 0), (38.1, 1), (39.0, 1), (39.1, 2)]),
]


@pytest.mark.parametrize(
    ("name", "value", "points"), [(name, value, points) for name, rows in BORDERS for value, points in rows]
)
def test_news2_at_every_border(name: str, value: float, points: int) -> None:
    score = news2(Vitals(**NORMAL | {name: value}))
    assert score.points[name] == points
    assert score.total == points
    assert score.complete


@pytest.mark.parametrize(
    ("spo2", "oxygen", "points"),
    [
        *[(value, False, points) for value, points in [(83, 3), (84, 2), (85, 2), (86, 1), (87, 1), (88, 0), (99, 0)]],
        *[(value, True, points) for value, points in [(92, 0), (93, 1), (94, 1), (95, 2), (96, 2), (97, 3), (83, 3)]],
    ],
)
def test_news2_scale_2_for_hypercapnic_failure(spo2: float, oxygen: bool, points: int) -> None:
    score = news2(Vitals(spo2=spo2, oxygen=oxygen, hypercapnic=True))
    assert score.points["spo2"] == points


@pytest.mark.parametrize("state", ["confused", "voice", "pain", "unresponsive"])
def test_news2_anything_but_alert_scores_three(state: str) -> None:
    assert news2(Vitals(**NORMAL | {"consciousness": state})).total == 3


def test_news2_supplemental_oxygen_scores_two() -> None:
    assert news2(Vitals(**NORMAL | {"oxygen": True})).total == 2


@pytest.mark.parametrize("name", NORMAL)
def test_news2_a_missing_value_is_incomplete_and_never_zero(name: str) -> None:
    score = news2(Vitals(**NORMAL | {name: None}))
    assert score.missing == (name,)
    assert name not in score.points
    assert not score.complete


def test_news2_reaches_its_range() -> None:
    worst_of_all = Vitals(
        respiratory_rate=30, spo2=80, oxygen=True, systolic=80, heart_rate=140, temperature=34, consciousness="pain"
    )
    assert news2(worst_of_all).total == 20
    assert news2(Vitals(**NORMAL)).total == 0


@pytest.mark.parametrize(
    ("change", "level"),
    [
        ({}, None),
        ({"temperature": 38.5, "heart_rate": 95}, None),
        ({"respiratory_rate": 25}, "urgent"),
        ({"heart_rate": 115, "temperature": 39.5, "spo2": 95}, "urgent"),
        ({"heart_rate": 135, "respiratory_rate": 26, "temperature": 38.5}, "very_urgent"),
        ({"heart_rate": 135, "respiratory_rate": 26, "systolic": 85, "temperature": 38.5}, "immediate"),
    ],
)
def test_news2_maps_to_our_levels(change: dict[str, float], level: str | None) -> None:
    assert news2_level(news2(Vitals(**NORMAL | change))) == level


@pytest.mark.parametrize(
    ("age", "heart_rate", "respiratory_rate"),
    [(0, 190, 60), (0.09, 180, 55), (1, 140, 40), (2.99, 140, 40), (3, 120, 35), (5, 120, 30), (12, 100, 20)],
)
def test_age_bands_are_half_open_and_their_limits_are_exceeded_only_above(
    age: float, heart_rate: float, respiratory_rate: float
) -> None:
    band = age_band(age)
    assert (band.heart_rate, band.respiratory_rate) == (heart_rate, respiratory_rate)
    at_limit = Vitals(heart_rate=heart_rate, respiratory_rate=respiratory_rate)
    assert high_for_age(at_limit, age) == ()
    above = Vitals(heart_rate=heart_rate + 1, respiratory_rate=respiratory_rate + 1)
    assert high_for_age(above, age) == ("heart_rate", "respiratory_rate")


@pytest.mark.parametrize(
    ("temperature", "age", "level"),
    [
        (38.0, 0.05, "very_urgent"),
        (37.9, 0.05, None),
        (35.9, 0.05, "very_urgent"),
        (38.2, 0.2, "very_urgent"),
        (38.2, 0.25, None),
        (39.0, 0.25, "urgent"),
        (39.5, 4, "urgent"),
        (39.5, 6, None),
        (39.9, 30, None),
        (40.0, 30, "urgent"),
        (41.0, 30, "very_urgent"),
        (34.9, 30, "urgent"),
        (34.9, 16, "urgent"),
        (34.9, 15.9, "very_urgent"),
        (34.9, 1, "very_urgent"),
        (31.9, 30, "immediate"),
        (37.0, 30, None),
    ],
)
def test_fever_by_age(temperature: float, age: float, level: str | None) -> None:
    assert fever_level(temperature, age) == level


def test_worst_takes_the_most_urgent_level() -> None:
    assert worst("soon", None, "very_urgent", "self_care") == "very_urgent"
    assert worst(None) is None
    assert LEVELS[0] == "immediate"
