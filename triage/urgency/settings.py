"""What `[settings]` of a recipe for the learned urgency may say."""

from dataclasses import dataclass
from typing import Annotated

from annotated_types import MinLen

from aimass_apps.strict_files import AtLeastOne, Positive, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """`c`: inverse strength of the penalty; it ends after `rounds` or when a step gains less than `tolerance`."""

    c: Positive
    rounds: AtLeastOne
    tolerance: Positive


@dataclass(frozen=True, slots=True, kw_only=True)
class UrgencySettings:
    """`members` are kinds, of which the `encoder` is one; numbers are kept to so many `digits`."""

    members: Annotated[tuple[Text, ...], MinLen(1)]
    encoder: Text
    digits: AtLeastOne
    fit: Fit

    def __post_init__(self) -> None:
        if self.encoder not in self.members:
            raise ValueError("the encoder must be one of the members")
