"""A text under correction that remembers where each of its characters came from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Edit(NamedTuple):
    """Replace `[start, end)` of the current text by `new`; `start == end` inserts."""

    start: int
    end: int
    new: str


class OffsetText:
    """The current text and, for each of its characters, the `(start, end)` it stands for in the original.

    Offsets are kept only from the first edit on: most posts need none.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.offsets: list[tuple[int, int]] | None = None

    def apply(self, edits: Iterable[Edit]) -> None:
        """Carry out edits that are sorted and apart; a replacement of equal length maps letter by letter."""
        edits = list(edits)
        if not edits:
            return
        old = self.offsets if self.offsets is not None else [(i, i + 1) for i in range(len(self.text))]
        pieces: list[str] = []
        offsets: list[tuple[int, int]] = []
        done = 0
        for start, end, new in edits:
            pieces += (self.text[done:start], new)
            offsets += old[done:start]
            offsets += _moved(old, start, end, len(new))
            done = end
        self.text = "".join(pieces) + self.text[done:]
        self.offsets = offsets + old[done:]


def _moved(old: list[tuple[int, int]], start: int, end: int, length: int) -> list[tuple[int, int]]:
    if length == end - start:
        return old[start:end]
    if start == end:
        point = old[start][0] if start < len(old) else old[-1][1] if old else 0
        return [(point, point)] * length
    return [(old[start][0], old[end - 1][1])] * length
