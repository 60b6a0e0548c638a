"""The five levels of urgency, named once: forms, badges, waiting times, rules and models take them from here.

Our own scale, most urgent first. Ordinal: never averaged.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, get_args

from aimass_apps.translation import gettext_noop as _

# The names for the type checker; `About` of each stands below.
Level = Literal["immediate", "very_urgent", "urgent", "soon", "self_care"]
LEVELS: Final[tuple[Level, ...]] = get_args(Level)
"""Worst first."""


@dataclass(frozen=True, slots=True)
class About:
    """One level: its words, and how it is shown.

    A clinician should see the person within `minutes`. `weight` (0 to 1) is how strongly the words are marked for which
    a rule of this level fired.
    """

    title: str
    badge: str
    icon: str
    minutes: int
    weight: float


ABOUT: Final[Mapping[Level, About]] = MappingProxyType(
    {
        "immediate": About(_("Immediate"), _("Immediate"), "siren", 0, 1.0),
        "very_urgent": About(_("Very urgent"), _("Very urgent"), "alert", 10, 0.8),
        "urgent": About(_("Urgent"), _("Urgent"), "arrow-up", 60, 0.5),
        "soon": About(_("Soon"), _("Soon"), "clock", 120, 0.3),
        "self_care": About(_("Self-care or routine"), _("Self-care"), "home", 240, 0.1),
    }
)


def level_of(name: str) -> Level | None:
    """The level of this name; None for any other word."""
    return next((level for level in LEVELS if level == name), None)


def worst(*levels: Level | None) -> Level | None:
    """The most urgent of some levels, or None where none is given."""
    given = [level for level in levels if level is not None]
    return min(given, key=LEVELS.index) if given else None


def minutes_of(name: str) -> int | None:
    """Minutes within which a clinician should see the person; None where there is no level yet."""
    level = level_of(name)
    return None if level is None else ABOUT[level].minutes
