"""Vital signs as findings of the catalogue: what the numbers show, and what they rule out."""

from __future__ import annotations

from typing import Final, NamedTuple

from triage.knowledge.scales import age_band
from triage.vitals import Vitals

# Degrees Celsius, mmHg and per minute as the catalogue's findings word them ("a systolic pressure below 90 mmHg").
_FEVER, _HIGH_FEVER, _LOW_GRADE, _COLD = 38.0, 39.5, 37.5, 35.0
_LOW_PRESSURE, _HIGH_PRESSURE, _SEVERE_PRESSURE = 90.0, 140.0, 180.0
_SLOW_PULSE, _SLOW_BREATHING, _LOW_OXYGEN = 50.0, 10.0, 92.0
ADULT_FROM: Final = 16.0  # years; a child's pressure has no single limit


class Measured(NamedTuple):
    """Finding ids that measured values show, and those that they rule out; nothing measured is in neither."""

    present: frozenset[str]
    absent: frozenset[str]


def measured_findings(vitals: Vitals, age_years: float | None) -> Measured:
    """What vital signs say about findings; an unknown age is read as an adult's."""
    age = 40.0 if age_years is None else age_years
    told: dict[str, bool] = {}
    if vitals.temperature is not None:
        heat = vitals.temperature
        told |= {
            "high_fever": heat >= _HIGH_FEVER,
            "fever": heat >= _FEVER,
            "low_grade_fever": _LOW_GRADE <= heat < _FEVER,
            "hypothermia_temp": heat < _COLD,
        }
    if vitals.heart_rate is not None:
        told["tachycardia"] = vitals.heart_rate > age_band(age).heart_rate
        told["bradycardia"] = age >= ADULT_FROM and vitals.heart_rate < _SLOW_PULSE
    if vitals.respiratory_rate is not None:
        told["tachypnoea"] = vitals.respiratory_rate > age_band(age).respiratory_rate
        told["slow_breathing"] = vitals.respiratory_rate < _SLOW_BREATHING
    if vitals.spo2 is not None:
        told["hypoxia"] = vitals.spo2 < _LOW_OXYGEN
    if vitals.systolic is not None and age >= ADULT_FROM:
        told["hypotension"] = vitals.systolic < _LOW_PRESSURE
        told["high_blood_pressure"] = vitals.systolic >= _HIGH_PRESSURE
        told["severe_hypertension"] = vitals.systolic >= _SEVERE_PRESSURE
    return Measured(
        frozenset(finding for finding, shown in told.items() if shown),
        frozenset(finding for finding, shown in told.items() if not shown),
    )
