"""Scores (NEWS2), age-banded limits and fever by age, as plain tables with their sources.

To add a score, add it to `SCALES`: the floor, what is stored and the pages take it from there.

NEWS2: Royal College of Physicians, National Early Warning Score (NEWS) 2, 2017, chart 1. Valid from 16 years,
not in pregnancy. Which urgency a score means is our own mapping (`news2_level`), not the College's.
Limits by age: the danger-zone bands of US five-level triage practice. Fever by age: the same practice and
NICE NG143.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from triage.levels import Level
from triage.vitals import Vitals

ADULT_FROM: Final = 16.0
"""NEWS2, with its scale 2 for SpO2, is valid from this age (Royal College of Physicians 2017)."""


class Score(NamedTuple):
    """What a scale says of one patient: the total, points by parameter, and the parameters that were not measured.

    With anything missing the total is a lower bound ("at least"), never the score itself.
    """

    total: int
    points: dict[str, int]
    missing: tuple[str, ...]

    @property
    def complete(self) -> bool:
        return not self.missing

    @property
    def single_three(self) -> bool:
        return 3 in self.points.values()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """A published score. `most` is its highest total, `source` where it comes from.

    `fits(age in years or None, maternal)` says whom it is for, `score` takes the same age, and `level` is our own
    mapping of a score to an urgency. `id` and `name` are stored with each visit: change neither once it is used.
    """

    id: str
    name: str
    most: int
    source: str
    fits: Callable[[float | None, bool], bool]
    score: Callable[[Vitals, float | None], Score]
    level: Callable[[Score], Level | None]


# (upper bound exclusive, points): half-open bands, so that 38.05 lies in exactly one of them.
_Bands = tuple[tuple[float, int], ...]
_END = float("inf")
_NEWS2: Final[Mapping[str, _Bands]] = {
    "respiratory_rate": ((9, 3), (12, 1), (21, 0), (25, 2), (_END, 3)),
    "systolic": ((91, 3), (101, 2), (111, 1), (220, 0), (_END, 3)),
    "heart_rate": ((41, 3), (51, 1), (91, 0), (111, 1), (131, 2), (_END, 3)),
    "temperature": ((35.1, 3), (36.1, 1), (38.1, 0), (39.1, 1), (_END, 2)),
}
_SPO2_SCALE_1: Final[_Bands] = ((92, 3), (94, 2), (96, 1), (_END, 0))
_SPO2_SCALE_2_AIR: Final[_Bands] = ((84, 3), (86, 2), (88, 1), (_END, 0))
_SPO2_SCALE_2_OXYGEN: Final[_Bands] = ((84, 3), (86, 2), (88, 1), (93, 0), (95, 1), (97, 2), (_END, 3))


def news2(vitals: Vitals) -> Score:
    """Score NEWS2 (RCP 2017) over what was measured; the caller checks age (16 or over) and pregnancy."""
    points: dict[str, int] = {}
    missing: list[str] = []
    for name, bands in _NEWS2.items():
        value = getattr(vitals, name)
        if value is None:
            missing.append(name)
        else:
            points[name] = _points(value, bands)
    if vitals.spo2 is None:
        missing.append("spo2")
    else:
        points["spo2"] = _points(vitals.spo2, _spo2_bands(vitals))
    if vitals.oxygen is None:
        missing.append("oxygen")
    else:
        points["oxygen"] = 2 if vitals.oxygen else 0
    if vitals.consciousness is None:
        missing.append("consciousness")
    else:
        points["consciousness"] = 0 if vitals.consciousness == "alert" else 3
    return Score(sum(points.values()), points, tuple(missing))


def _points(value: float, bands: _Bands) -> int:
    return next(points for upper, points in bands if value < upper)


def _spo2_bands(vitals: Vitals) -> _Bands:
    if not vitals.hypercapnic:
        return _SPO2_SCALE_1
    return _SPO2_SCALE_2_OXYGEN if vitals.oxygen else _SPO2_SCALE_2_AIR


def news2_level(score: Score) -> Level | None:
    """This project's mapping: 10+ immediate, 7+ very urgent, 5-6 or any single 3 urgent, else nothing."""
    if score.total >= 10:
        return "immediate"
    if score.total >= 7:
        return "very_urgent"
    if score.total >= 5 or score.single_three:
        return "urgent"
    return None


def may_be_adult(age_years: float | None) -> bool:
    """An age that nobody gave counts as an adult's."""
    return age_years is None or age_years >= ADULT_FROM


NEWS2: Final = Scale(
    id="news2",
    name="NEWS2",
    most=20,
    source="Royal College of Physicians, NEWS2, 2017",
    fits=lambda age_years, maternal: may_be_adult(age_years) and not maternal,
    score=lambda vitals, _age: news2(vitals),
    level=news2_level,
)
SCALES: Final[tuple[Scale, ...]] = (NEWS2,)


class AgeBand(NamedTuple):
    """Limits above which a vital sign is high for an age; `until` in years, exclusive."""

    until: float
    heart_rate: float
    respiratory_rate: float


AGE_BANDS: Final[tuple[AgeBand, ...]] = (
    AgeBand(1 / 12, 190, 60),
    AgeBand(1, 180, 55),
    AgeBand(3, 140, 40),
    AgeBand(5, 120, 35),
    AgeBand(12, 120, 30),
    AgeBand(_END, 100, 20),
)


def age_band(age_years: float) -> AgeBand:
    """The band of an age in years (half-open: a first birthday belongs to the next band)."""
    return next(band for band in AGE_BANDS if age_years < band.until)


def high_for_age(vitals: Vitals, age_years: float) -> tuple[str, ...]:
    """Names of the vital signs beyond the limits of this age."""
    band = age_band(age_years)
    beyond: list[str] = []
    if vitals.heart_rate is not None and vitals.heart_rate > band.heart_rate:
        beyond.append("heart_rate")
    if vitals.respiratory_rate is not None and vitals.respiratory_rate > band.respiratory_rate:
        beyond.append("respiratory_rate")
    return tuple(beyond)


def is_usual(name: str, value: float, age_years: float | None) -> bool:
    """Whether a vital sign is as it should be: no point of NEWS2, and in a child none of the limits by age."""
    if not may_be_adult(age_years):
        band = age_band(age_years or 0.0)
        low, high = {
            "heart_rate": (band.heart_rate / 2, band.heart_rate),
            "respiratory_rate": (band.respiratory_rate / 3, band.respiratory_rate),
            "spo2": (95, 100),
            "systolic": (70 + 2 * min(10.0, age_years or 0.0), 130),
            "temperature": (36, 37.9),
        }.get(name, (float("-inf"), float("inf")))
        return low <= value <= high
    bands = _NEWS2.get(name) or (_SPO2_SCALE_1 if name == "spo2" else ())
    return not bands or _points(value, bands) == 0


def fever_level(temperature: float, age_years: float) -> Level | None:
    """Urgency of a temperature by age.

    Under 3 months: 38.0 or more, or under 36, very urgent. From 3 months to 5 years: 39 or more, or under 36,
    urgent. From 5 years on: 41 or more very urgent, 40 or more (ours) or under 35 urgent. Under 16 years (ours): under
    35 very urgent. Under 32 immediate at any age.
    """
    if temperature < 32:
        return "immediate"
    if age_years < 0.25:
        return "very_urgent" if temperature >= 38 or temperature < 36 else None
    if temperature >= 41 or (temperature < 35 and age_years < ADULT_FROM):
        return "very_urgent"
    if age_years < 5:
        return "urgent" if temperature >= 39 or temperature < 36 else None
    return "urgent" if temperature < 35 or temperature >= 40 else None
