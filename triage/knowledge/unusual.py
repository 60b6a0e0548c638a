"""Values that a person can have but a slip of the finger more often makes: a form asks before it takes them.

Wider than any limit that raises the urgency. Own limits, from the extremes that emergency departments record.
"""

from collections.abc import Mapping
from typing import Final

# (low, high): within, nothing is asked. Children up to 12 years have their own rows.
_ADULT: Final[Mapping[str, tuple[float, float]]] = {
    "heart_rate": (35, 180),
    "respiratory_rate": (7, 45),
    "spo2": (80, 100),
    "systolic": (70, 230),
    "diastolic": (30, 140),
    "temperature": (33, 41.5),
    "glucose": (2, 33),
}
_CHILD: Final[Mapping[str, tuple[float, float]]] = {
    **_ADULT,
    "heart_rate": (60, 230),
    "respiratory_rate": (12, 80),
    "systolic": (50, 160),
    "diastolic": (20, 110),
}
CHILD_UNTIL: Final = 12.0  # years
OLDEST_USUAL: Final = 105.0  # years
PREGNANT_USUAL: Final = (11.0, 57.0)  # years


def unusual_values(values: Mapping[str, object], age_years: float | None, pregnant: bool | None = None) -> list[str]:
    """Names of the values to ask about: vital signs, `age_years` and `pregnant`, in the order given."""
    limits = _CHILD if age_years is not None and age_years < CHILD_UNTIL else _ADULT
    found = []
    if age_years is not None and age_years > OLDEST_USUAL:
        found.append("age_years")
    if pregnant and age_years is not None and not PREGNANT_USUAL[0] <= age_years < PREGNANT_USUAL[1]:
        found.append("pregnant")
    for name, value in values.items():
        low, high = limits.get(name, (float("-inf"), float("inf")))
        if isinstance(value, int | float) and not isinstance(value, bool) and not low <= value <= high:
            found.append(name)
    return found
