"""One patient's vital signs: fields, units, plausible ranges, and reading them from outside data."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Final, Literal, get_args

Consciousness = Literal["alert", "confused", "voice", "pain", "unresponsive"]

# Plausible ranges: outside them a number is a typing error or another unit, not a patient.
RANGES: Final[Mapping[str, tuple[float, float, str]]] = {
    "heart_rate": (10, 320, "/min"),
    "respiratory_rate": (0, 120, "/min"),
    "spo2": (30, 100, "%"),
    "systolic": (30, 320, "mmHg"),
    "diastolic": (10, 220, "mmHg"),
    "temperature": (20, 46, "°C"),
    "glucose": (0.2, 90, "mmol/L"),
    "pain": (0, 10, "of 10"),
}

_ALIASES: Final[Mapping[str, str]] = {
    "hr": "heart_rate",
    "pulse": "heart_rate",
    "rr": "respiratory_rate",
    "respiration": "respiratory_rate",
    "respirations": "respiratory_rate",
    "sats": "spo2",
    "o2_sat": "spo2",
    "oxygen_saturation": "spo2",
    "sbp": "systolic",
    "systolic_bp": "systolic",
    "dbp": "diastolic",
    "diastolic_bp": "diastolic",
    "temp": "temperature",
    "avpu": "consciousness",
    "acvpu": "consciousness",
    "supplemental_oxygen": "oxygen",
    "on_oxygen": "oxygen",
    "pain_score": "pain",
    "pulse_rate": "heart_rate",
    "resp_rate": "respiratory_rate",
    "breathing_rate": "respiratory_rate",
    "o2sat": "spo2",
    "oxygen_sat": "spo2",
    "bp_systolic": "systolic",
    "bp_diastolic": "diastolic",
    "systolic_pressure": "systolic",
    "diastolic_pressure": "diastolic",
    "temp_c": "temperature",
    "temperature_c": "temperature",
    "body_temperature": "temperature",
    "blood_glucose": "glucose",
    "blood_sugar": "glucose",
    "loc": "consciousness",
    "gcs": "consciousness",
}
_AVPU: Final[Mapping[str, str]] = {
    "a": "alert",
    "c": "confused",
    "v": "voice",
    "p": "pain",
    "u": "unresponsive",
}


_GLASGOW: Final[tuple[tuple[int, Consciousness], ...]] = (
    (15, "alert"),
    (13, "confused"),
    (9, "voice"),
    (4, "pain"),
    (3, "unresponsive"),
)


class VitalsError(ValueError):
    """Vital signs that cannot be right; `errors` has one message for each field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{field}: {message}" for field, message in errors.items()))
        self.errors = dict(errors)


@dataclass(frozen=True, slots=True)
class Vitals:
    """One set of vital signs; None means not measured, never normal.

    heart_rate and respiratory_rate per minute, spo2 in per cent, systolic and diastolic in mmHg,
    temperature in degrees Celsius, glucose in mmol/L, pain 0 to 10; `oxygen` is True on supplemental
    oxygen, `hypercapnic` where a clinician has set the 88-92 % target (SpO2 scale 2).
    Raises VitalsError for implausible values.
    """

    heart_rate: float | None = None
    respiratory_rate: float | None = None
    spo2: float | None = None
    systolic: float | None = None
    diastolic: float | None = None
    temperature: float | None = None
    consciousness: Consciousness | None = None
    oxygen: bool | None = None
    hypercapnic: bool = False
    glucose: float | None = None
    pain: float | None = None

    def __post_init__(self) -> None:
        errors: dict[str, str] = {}
        for name, (low, high, unit) in RANGES.items():
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                errors[name] = f"{value:g} is outside {low:g}-{high:g} {unit}{_unit_hint(name, value)}"
        if self.consciousness is not None and self.consciousness not in get_args(Consciousness):
            errors["consciousness"] = f"must be one of {', '.join(get_args(Consciousness))}"
        if self.systolic is not None and self.diastolic is not None and self.diastolic >= self.systolic:
            errors.setdefault("diastolic", "must be lower than the systolic pressure")
        if errors:
            raise VitalsError(errors)

    @classmethod
    def from_mapping(cls, values: Mapping[str, object]) -> "Vitals":
        """Read vital signs from outside data: numbers or numeric strings, empty values as not measured.

        Common short names (hr, rr, temp, bp as "120/80", avpu) are understood. Raises VitalsError, by field.
        """
        known = {field.name for field in fields(cls)}
        read: dict[str, object] = {}
        errors: dict[str, str] = {}
        for raw_name, raw in _unfold_pressure(values).items():
            name = _ALIASES.get(raw_name.lower(), raw_name.lower())
            if name not in known:
                errors[raw_name] = "is not a vital sign this desk knows"
            elif raw is not None and raw != "":
                try:
                    read[name] = _read(name, raw)
                except ValueError as error:
                    errors[name] = str(error)
        if errors:
            raise VitalsError(errors)
        return cls(**read)  # type: ignore[arg-type]  # _read gives each field its own type


def _unit_hint(name: str, value: float) -> str:
    if name == "temperature" and 86 <= value <= 113:
        return " (Fahrenheit? give degrees Celsius)"
    if name == "glucose" and value > 90:
        return " (mg/dL? divide by 18)"
    return ""


def _unfold_pressure(values: Mapping[str, object]) -> dict[str, object]:
    """Split "bp": "120/80" into its two fields."""
    unfolded = dict(values)
    for name in ("bp", "blood_pressure"):
        upper, slash, lower = str(unfolded.get(name, "")).partition("/")
        if slash:
            del unfolded[name]
            unfolded |= {"systolic": upper.strip(), "diastolic": lower.strip()}
    return unfolded


def _read(name: str, raw: object) -> object:
    if name == "consciousness":
        return _consciousness(str(raw).strip().lower())
    if name in {"oxygen", "hypercapnic"}:
        return _read_flag(raw)
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        raise ValueError("must be a number")
    try:
        value = float(raw)
    except ValueError:
        raise ValueError("must be a number") from None
    if value != value or value in {float("inf"), float("-inf")}:
        raise ValueError("must be a finite number")
    return value


def _consciousness(given: str) -> str:
    """AVPU letters and words as they are; a Glasgow coma score by its usual rough equivalents."""
    try:
        score = float(given)
    except ValueError:
        return _AVPU.get(given, given)
    if score != int(score) or not 3 <= score <= 15:
        raise ValueError("a Glasgow coma score runs from 3 to 15")
    return glasgow_state(int(score))


def glasgow_state(score: int) -> Consciousness:
    """The state that a Glasgow coma score of 3 to 15 usually means."""
    return next(state for lowest, state in _GLASGOW if score >= lowest)


def _read_flag(raw: object) -> bool:
    if isinstance(raw, bool):
        return raw
    known = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False, "air": False}
    try:
        return known[str(raw).strip().lower()]
    except KeyError:
        raise ValueError("must be true or false") from None
