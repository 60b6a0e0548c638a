"""What word lists need to know of a desk's labels. Each desk that has word lists registers its own."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class DeskLabels:
    """`implies` maps a label to those that bring it along: a term for one of them counts for it too.

    `categories` are parts of the category names in published lists with the label that each stands for, the first that
    fits counts; `otherwise` is the label of a term whose list names none.
    """

    implies: Mapping[str, Collection[str]] = field(default_factory=dict)
    categories: tuple[tuple[str, str], ...] = ()
    otherwise: str = ""

    def implied_among(self, labels: Collection[str]) -> dict[str, list[str]]:
        """`implies` as a version with these labels stores it."""
        found = {label: [kind for kind in labels if kind in self.implies.get(label, ())] for label in labels}
        return {label: kinds for label, kinds in found.items() if kinds}

    def label_of(self, category: str) -> str | None:
        """The label of a published category; None for one that stands for none."""
        return next((label for part, label in self.categories if part in category.lower()), None)


_known: dict[str, DeskLabels] = {}


def register(desk: str, labels: DeskLabels) -> None:
    _known[desk] = labels


def desk_labels(desk: str) -> DeskLabels:
    """What the desk has registered; nothing implies anything for one that has not."""
    return _known.get(desk, DeskLabels())


def desks() -> list[str]:
    """The desks that have word lists."""
    return list(_known)
