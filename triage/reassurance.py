"""What an urgency below "urgent" needs: dangers read, vital signs complete and in range, nothing worse likely.

Each condition that fails is a coded reason with the level that it asks for; none of them lowers anything. Plain Python.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

from aimass_apps.strict_files import BadFile, Name, Text, read_json
from triage.knowledge.floor import Floor
from triage.knowledge.load import DATA
from triage.knowledge.scales import ADULT_FROM, high_for_age, news2
from triage.levels import LEVELS, Level
from triage.vitals import Vitals

UNREAD: Final = "unread"
VITALS_MISSING: Final = "vitals_missing"
VITALS_ABNORMAL: Final = "vitals_abnormal"
NOT_RULED_OUT: Final = "not_ruled_out"

FILE: Final = DATA / "no_vitals_needed.json"
_FROM, _UNTIL = 1.0, 80.0  # years; younger and older people are measured whatever they come for
_LIKELY: Final = 0.4  # from which the first condition is what the person came for
_MOST_POINTS: Final = 2  # of NEWS2, none of them above 1: 37.9 degrees and a pulse of 95 are still in range
_ADULT_SIGNS: Final = ("heart_rate", "respiratory_rate", "spo2", "systolic", "temperature", "consciousness")
# A well child's pressure is not measured at the door.
_CHILD_SIGNS: Final = ("heart_rate", "respiratory_rate", "spo2", "temperature", "consciousness")
_CHILD_SPO2: Final = 95.0
_CHILD_HEAT: Final = (36.0, 38.5)


class Doubt(NamedTuple):
    """Why a low urgency must not stand: a code, the level that it asks for at least, and what it is about."""

    code: str
    level: Level
    detail: str = ""


class BadList(BadFile):
    """The list of conditions that need no vital signs can't be used."""


@dataclass(frozen=True, slots=True)
class _File:
    version: Name
    source: Text
    conditions: tuple[Text, ...]


@cache
def no_vitals_needed() -> frozenset[str]:
    """Conditions that a person is helped with, or sent home with, unmeasured. Raises `BadList`."""
    return frozenset(read_json(FILE, _File, BadList).conditions)


def doubts(
    level: Level,
    floor: Floor,
    ranked: Sequence[tuple[str, float]],
    urgencies: Mapping[str, Level],
    *,
    likely_from: float,
    needs_vitals: bool,
) -> list[Doubt]:
    """What stands against `level` where it is below urgent; empty for a higher one.

    `ranked` is the differential with its probabilities, best first; from `likely_from` on a condition that is worse
    than the level counts.
    """
    if LEVELS.index(level) <= LEVELS.index("urgent"):
        return []
    found = [*_unread(floor), *_worse(level, ranked, urgencies, likely_from)]
    if needs_vitals and level == "self_care" and floor.vitals is not None:
        found += _unmeasured(floor, floor.vitals, ranked)
    return found


def _unread(floor: Floor) -> Iterator[Doubt]:
    if floor.unread:
        yield Doubt(UNREAD, "urgent", str(len(floor.unread)))


def _worse(
    level: Level, ranked: Sequence[tuple[str, float]], urgencies: Mapping[str, Level], likely_from: float
) -> Iterator[Doubt]:
    for condition, share in ranked:
        own = urgencies.get(condition, level)
        if share >= likely_from and LEVELS.index(own) < LEVELS.index(level):
            yield Doubt(NOT_RULED_OUT, own, condition)


def _unmeasured(floor: Floor, vitals: Vitals, ranked: Sequence[tuple[str, float]]) -> Iterator[Doubt]:
    adult = floor.age_years is None or floor.age_years >= ADULT_FROM
    wanted = _ADULT_SIGNS if adult else _CHILD_SIGNS
    missing = [name for name in wanted if getattr(vitals, name) is None]
    abnormal = _abnormal_adult(vitals) if adult else _abnormal_child(vitals, floor.age_years or 0.0)
    if abnormal:
        yield Doubt(VITALS_ABNORMAL, "soon", ", ".join(abnormal))
    elif missing and not _needs_none(floor, ranked):
        yield Doubt(VITALS_MISSING, "soon", ", ".join(missing))


def _needs_none(floor: Floor, ranked: Sequence[tuple[str, float]]) -> bool:
    """What the person came for is on the written list, and they are of an age and state for which it holds."""
    if floor.maternal or not _FROM <= (30.0 if floor.age_years is None else floor.age_years) < _UNTIL:
        return False
    listed = sum(share for condition, share in ranked if condition in no_vitals_needed())
    return bool(ranked) and ranked[0][0] in no_vitals_needed() and listed >= _LIKELY


def _abnormal_adult(vitals: Vitals) -> list[str]:
    score = news2(vitals)
    high = [name for name, points in score.points.items() if points > 1]
    if high or score.total <= _MOST_POINTS:
        return high
    return [name for name, points in score.points.items() if points]


def _abnormal_child(vitals: Vitals, age_years: float) -> list[str]:
    found = list(high_for_age(vitals, age_years))
    if vitals.spo2 is not None and vitals.spo2 < _CHILD_SPO2:
        found.append("spo2")
    if vitals.temperature is not None and not _CHILD_HEAT[0] <= vitals.temperature < _CHILD_HEAT[1]:
        found.append("temperature")
    return found
