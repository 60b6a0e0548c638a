"""What a desk gives the platform. The platform never imports a desk: each registers its room when it loads."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aimass_apps.submissions.models import Review, Submission


@dataclass(frozen=True)
class Example:
    """One reviewed submission as a future training row. `weight` undoes the sampling of what was reviewed."""

    submission: Submission
    review: Review
    labels: dict[str, Any]
    weight: float = 1.0


@dataclass(frozen=True)
class Room:
    """The four functions of a desk.

    settle: called with locked, scored, unsettled submissions (predictions prefetched) in the transaction that
    stored the last answer; it decides and writes. examples: the latest review of each submission up to a moment.
    metrics: figures of one version from (labels, scores, weight) rows. label_space: what a model may answer.
    """

    settle: Callable[[list[Submission]], None]
    examples: Callable[[datetime], Iterator[Example]]
    metrics: Callable[[Sequence[tuple[dict[str, Any], dict[str, float], float]]], dict[str, Any]]
    label_space: Callable[[], list[str]]


class UnknownDesk(KeyError):
    """No desk of this name has registered itself."""


_rooms: dict[str, Room] = {}


def register(desk: str, room: Room) -> None:
    _rooms[desk] = room


def room_of(desk: str) -> Room:
    try:
        return _rooms[desk]
    except KeyError:
        raise UnknownDesk(desk) from None
