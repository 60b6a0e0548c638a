"""Assessing again: which vital signs still count, and since when they are known. Plain Python."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from triage.clinical_text.vitals_in_text import told_vitals
from triage.knowledge.note import read_note

SAME_TIME: Final = timedelta(minutes=1)  # a form is sent and stored within it
PRESSURES: Final = ("systolic", "diastolic")


def first_facts(facts: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The facts of a first assessment, with the time of each vital sign beside them."""
    return {**facts, "measured_at": dict.fromkeys(facts["vitals"], now.isoformat())}


def next_facts(
    before: Mapping[str, Any], measured: Mapping[str, object], *, told_before: str, text: str, now: datetime
) -> dict[str, Any]:
    """The facts of a further assessment. A vital sign that nobody measured again keeps its last value and its time.

    `measured` is what the form says now: a value that stands there as it was is no new one. `before` has a time for
    each of its vital signs (`with_times`). What only the text newly tells ("now 62/30") goes before an older value.
    """
    last = before.get("vitals", {})
    fresh = {name for name, value in measured.items() if last.get(name) != value}
    told = _told(text) - _told(told_before)
    stale = {name for name, _value in told if name not in fresh} | _contradicted({**last, **measured}, fresh)
    vitals = {name: value for name, value in {**last, **measured}.items() if name not in stale}
    times = {name: now.isoformat() if name in fresh else before["measured_at"][name] for name in vitals}
    return {**before, "vitals": vitals, "measured_at": times}


def with_times(facts: Mapping[str, Any], asked_at: datetime) -> dict[str, Any]:
    """Facts with a time for each vital sign: that of the assessment where none was kept."""
    kept = facts.get("measured_at", {})
    return {**facts, "measured_at": dict.fromkeys(facts.get("vitals", {}), asked_at.isoformat()) | kept}


def measured_times(facts: Mapping[str, Any], asked_at: datetime) -> dict[str, datetime]:
    """When each vital sign was measured."""
    times: Mapping[str, str] = with_times(facts, asked_at)["measured_at"]
    return {name: datetime.fromisoformat(at) for name, at in times.items()}


def older_times(facts: Mapping[str, Any], asked_at: datetime) -> dict[str, datetime]:
    """When each vital sign was measured that is older than the assessment it stands in."""
    times = measured_times(facts, asked_at)
    return {name: at for name, at in times.items() if asked_at - at > SAME_TIME}


def _told(text: str) -> set[tuple[str, float]]:
    return set(told_vitals(read_note(text).plain.text).items())


def _contradicted(vitals: Mapping[str, Any], fresh: set[str]) -> set[str]:
    """The older one of two pressures that can't both be right."""
    if not all(isinstance(vitals.get(name), int | float) for name in PRESSURES):
        return set()
    return set(PRESSURES) - fresh if vitals["diastolic"] >= vitals["systolic"] else set()
