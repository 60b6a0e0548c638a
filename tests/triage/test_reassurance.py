"""What an urgency below "urgent" needs, as a table; and that nothing of it ever lowers."""

import pytest

from triage.knowledge.floor import Floor
from triage.levels import LEVELS, Level
from triage.reassurance import NOT_RULED_OUT, UNREAD, VITALS_ABNORMAL, VITALS_MISSING, doubts, no_vitals_needed
from triage.vitals import Vitals

NORMAL = Vitals(72, 14, 98, 122, 74, 36.7, "alert", False)
URGENCIES: dict[str, Level] = {
    "wart": "self_care",
    "flu": "self_care",
    "pneumonia": "urgent",
    "infarction": "immediate",
}


def codes(level: Level, floor: Floor, ranked: list[tuple[str, float]]) -> dict[str, Level]:
    found = doubts(level, floor, ranked, URGENCIES, likely_from=0.15, needs_vitals=True)
    return {each.code: each.level for each in found}


def seen(vitals: Vitals, age: float = 40, maternal: bool = False, unread: tuple[tuple[int, int], ...] = ()) -> Floor:
    return Floor(None, (), vitals=vitals, age_years=age, maternal=maternal, unread=unread)


def test_with_complete_normal_signs_and_nothing_worse_nothing_stands_against_it() -> None:
    assert codes("self_care", seen(NORMAL), [("flu", 0.9)]) == {}


@pytest.mark.parametrize("name", ["heart_rate", "respiratory_rate", "spo2", "systolic", "temperature", "consciousness"])
def test_each_missing_sign_is_named(name: str) -> None:
    values = {each: getattr(NORMAL, each) for each in Vitals.__dataclass_fields__} | {name: None}
    if name == "systolic":
        values["diastolic"] = None
    [doubt] = doubts(
        "self_care", seen(Vitals(**values)), [("flu", 0.9)], URGENCIES, likely_from=0.15, needs_vitals=True
    )
    assert (doubt.code, doubt.level) == (VITALS_MISSING, "soon")
    assert name in doubt.detail


@pytest.mark.parametrize(
    "odd", [{"heart_rate": 118}, {"spo2": 93}, {"temperature": 39.4}, {"respiratory_rate": 23}, {"systolic": 98}]
)
def test_a_sign_out_of_range_is_no_self_care(odd: dict[str, float]) -> None:
    values = {each: getattr(NORMAL, each) for each in Vitals.__dataclass_fields__} | odd
    assert codes("self_care", seen(Vitals(**values)), [("flu", 0.9)]) == {VITALS_ABNORMAL: "soon"}


def test_what_is_on_the_written_list_needs_no_signs_but_in_infants_the_old_and_pregnancy_it_does() -> None:
    listed = sorted(no_vitals_needed())[0]
    urgencies: dict[str, Level] = {listed: "self_care"}
    for age, maternal, wanted in ((40, False, []), (0.5, False, [VITALS_MISSING]), (85, False, [VITALS_MISSING]),
                                  (30, True, [VITALS_MISSING])):  # fmt: skip
        found = doubts("self_care", seen(Vitals(), age, maternal), [(listed, 0.9)], urgencies, likely_from=0.15,
                       needs_vitals=True)  # fmt: skip
        assert [each.code for each in found] == wanted


@pytest.mark.parametrize(("share", "wanted"), [(0.14, {}), (0.15, {NOT_RULED_OUT: "immediate"})])
def test_a_worse_condition_that_is_likely_enough_lifts_to_its_own(share: float, wanted: dict[str, Level]) -> None:
    assert codes("self_care", seen(NORMAL), [("flu", 0.8), ("infarction", share)]) == wanted


def test_dangerous_words_that_nobody_read_ask_for_urgent() -> None:
    assert codes("soon", seen(NORMAL, unread=((0, 4),)), [("flu", 0.9)]) == {UNREAD: "urgent"}


@pytest.mark.parametrize("level", LEVELS[:3])
def test_a_higher_level_is_never_touched(level: Level) -> None:
    assert codes(level, seen(Vitals(), unread=((0, 4),)), [("infarction", 0.9)]) == {}
