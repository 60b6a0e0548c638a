"""How a long training tells where it is, and how it is told to stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


class Stopped(RuntimeError):
    """Raised by a progress callback: the training ends after its last checkpoint and can be resumed."""


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` steps of `stage`; `detail` is one short line such as the loss and the speed."""

    stage: str
    done: int
    total: int
    detail: str = ""


Report = Callable[[Progress], None]


def silent(progress: Progress) -> None:
    """A report that nobody reads."""
