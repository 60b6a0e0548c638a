"""A triage policy: how answers of models are combined and what each uncertainty costs. A versioned JSON file."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

from annotated_types import Interval

from aimass_apps.strict_files import AtLeastZero, BadFile, Name, Share, Text, checked, read_json
from triage.levels import LEVELS, Level

# Self-care without a model's word would be reassurance by accident.
Cautious = Literal["immediate", "very_urgent", "urgent", "soon"]
DEFAULT: Final = Path(__file__).parent / "policies" / "default-5.json"


class UnusablePolicy(BadFile):
    """The policy file is missing, unreadable or says something impossible; the message names the place."""


@dataclass(frozen=True, slots=True)
class Policy:
    """`expected` names the kinds whose absence is reported; one without a weight says nothing about the urgency.

    `learned_share` is the weight of urgencies that a model learned, against those of the conditions it names;
    `fitted_share` that of the layer fitted over both (`triage.urgency`), against their mean.
    `combined_share` is the weight of the conditions that the ensemble names, by their usual urgencies, against both.
    Below urgent, a condition with a probability from `likely_from` on lifts the urgency to its own, and with
    `needs_vitals` self-care needs vital signs that are complete and in range (`triage.reassurance`).
    `at_least` gives, for each level but the last, the probability of that level or a worse one from which it is taken.
    Where the ensemble says that a text is outside what the models know, or no ensemble can say, the urgency is at
    least `outside_known`; without any usable model at least `without_models`. `shown` conditions are listed.
    """

    version: Name
    at_least: Mapping[Level, Share]
    weights: Mapping[str, AtLeastZero]
    note: str = ""
    expected: tuple[Text, ...] = ("svm", "bert")
    learned_share: Share = 0.5
    fitted_share: Share = 0.6
    combined_share: Share = 0.0
    likely_from: Share = 1.0
    needs_vitals: bool = False
    shown: Annotated[int, Interval(ge=1, le=1000)] = 10
    without_models: Cautious = "soon"
    outside_known: Cautious = "soon"

    def __post_init__(self) -> None:
        if set(self.at_least) != set(LEVELS[:-1]):
            raise ValueError(f"at_least needs exactly {', '.join(LEVELS[:-1])}")


def load_policy(path: Path = DEFAULT) -> Policy:
    """Read and check a policy file. Raises `UnusablePolicy`."""
    return read_json(path, Policy, UnusablePolicy)


def read_policy(raw: object) -> Policy:
    """Check a policy given as data. Raises `UnusablePolicy`."""
    return checked(raw, Policy, UnusablePolicy)
