"""What a model's scores say of the urgency: the levels that it learned, and those of the conditions that it names."""

from collections.abc import Hashable, Mapping
from typing import TypeVar

from triage.levels import LEVELS, Level
from triage.metrics import URGENCY

Heard = TypeVar("Heard", bound=Hashable)
Shares = Mapping[Level, float]


def level_parts(
    said: Mapping[Heard, Mapping[str, float]], condition_urgency: Mapping[str, Level]
) -> dict[Heard, list[Shares]]:
    """For each model its level shares: those it learned, and those of the conditions it names."""
    return {model: [_learned(scores), derived_levels(scores, condition_urgency)] for model, scores in said.items()}


def conditions_of(scores: Mapping[str, float]) -> dict[str, float]:
    """The scores without those of the levels."""
    return {label: value for label, value in scores.items() if not label.startswith(URGENCY)}


def normalised(shares: Shares) -> dict[Level, float]:
    """The shares with the sum 1; none where nothing is shared."""
    total = sum(shares.values())
    return {level: value / total for level, value in shares.items()} if total > 0 else {}


def _learned(scores: Mapping[str, float]) -> dict[Level, float]:
    return normalised({level: scores.get(URGENCY + level, 0.0) for level in LEVELS})


def derived_levels(scores: Mapping[str, float], condition_urgency: Mapping[str, Level]) -> dict[Level, float]:
    """The shares of the usual urgencies of the conditions that are named."""
    shares = dict.fromkeys(LEVELS, 0.0)
    for label, value in conditions_of(scores).items():
        shares[condition_urgency.get(label, "soon")] += value
    return normalised(shares)
