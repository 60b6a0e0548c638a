"""A comparison of one vital sign, in the notation of the rule files: "systolic<90", "consciousness=voice"."""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, get_args

from triage.vitals import RANGES, Consciousness, Vitals

_TERM: Final = re.compile(r"^(\w+)(<=|>=|<|>|=)(-?\w+(?:\.\d+)?)$")
_COMPARE: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
STATES: Final[Mapping[str, tuple[str, ...]]] = {
    "consciousness": get_args(Consciousness),
    "oxygen": ("true", "false"),
    "hypercapnic": ("true", "false"),
}
"""Vital signs that are no numbers: they are compared with "=" and one of these."""


class BadTerm(ValueError):
    """A comparison that says nothing of a patient: an unknown sign, or one that never or always holds."""


@dataclass(frozen=True, slots=True)
class VitalTerm:
    """A comparison of one vital sign, such as systolic < 90."""

    name: str
    operator: str
    value: str

    def holds(self, vitals: Vitals) -> bool:
        """Whether it was measured and is so."""
        measured = getattr(vitals, self.name)
        if measured is None:
            return False
        if self.operator == "=":
            return str(measured).lower() == self.value
        return _COMPARE[self.operator](float(measured), float(self.value))


def read_vital_term(text: str) -> VitalTerm | None:
    """The comparison that `text` writes; None where it writes none. Raises `BadTerm`."""
    match = _TERM.match(text)
    if match is None:
        return None
    term = VitalTerm(*match.groups())
    known = _is_state(term) if term.name in STATES else _is_limit(term)
    if not known:
        raise BadTerm(f"{text!r} says nothing: an unknown vital sign, or a comparison that never or always holds")
    return term


def _is_state(term: VitalTerm) -> bool:
    return term.operator == "=" and term.value in STATES[term.name]


def _is_limit(term: VitalTerm) -> bool:
    """Whether values on both sides of the limit are ones that a patient can have."""
    if term.name not in RANGES or term.operator not in _COMPARE:
        return False
    low, high, _unit = RANGES[term.name]
    try:
        limit = float(term.value)
    except ValueError:
        return False
    return _COMPARE[term.operator](low, limit) != _COMPARE[term.operator](high, limit)
