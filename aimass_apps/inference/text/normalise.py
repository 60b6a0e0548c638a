"""One spelling for what people mean, with the way back to what they wrote.

Two views. The *light* view is for models: disguises are taken off and words stay natural (case, accents and
punctuation are kept). The *keyed* view is for keyword lists: lower case, no accents, and bolder guesses.
Both come with the offsets of every character in the original, so that a match is shown where it was written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Literal

from aimass_apps.inference.text import chinese, lookalikes, spelling
from aimass_apps.inference.text.offset_text import Edit, OffsetText

View = Literal["light", "keyed"]
Step = Callable[[str], Iterable[Edit]]

# A plain post in ASCII that holds none of these needs no work: a sign beside a letter, a stretched letter,
# letters set apart, a long run. A hit costs the slow way, nothing else.
_SUSPICIOUS = re.compile(
    r"[A-Za-z][0-9@$|+*!]+[A-Za-z0-9$@]|[0-9@$!|+][A-Za-z]|[A-Za-z][*$@0-9]|([A-Za-z])\1\1"
    r"|\b[A-Za-z0-9]([ .\-_*~|])[A-Za-z0-9]\2[A-Za-z0-9]\b|[A-Za-z][._~|*\-]{1,2}[A-Za-z]|#?[A-Za-z]{8}",
    re.IGNORECASE,
)
_ROUNDS = 6  # a step may lay bare work for another: h.4.t.e is joined, then read


@dataclass(frozen=True, slots=True)
class Normalised:
    """A normalised text; `offsets[i]` is the `(start, end)` in `original` that character `i` stands for.

    An inserted space has an empty range. Starts and ends never fall from one character to the next.
    """

    text: str
    original: str
    moved: tuple[tuple[int, int], ...] | None = None

    @property
    def offsets(self) -> tuple[tuple[int, int], ...]:
        """One pair for each character of `text`."""
        if self.moved is not None:
            return self.moved
        return tuple((i, i + 1) for i in range(len(self.text)))

    def to_original(self, start: int, end: int) -> tuple[int, int]:
        """The range of the original that `text[start:end]` came from; an empty range stays empty."""
        if self.moved is None:
            return start, end
        if start >= end:
            point = self.moved[start][0] if start < len(self.moved) else len(self.original)
            return point, point
        return self.moved[start][0], self.moved[end - 1][1]


def normalise(text: str, view: View = "light") -> Normalised:
    """Normalise one post. The result's text normalises to itself."""
    if text.isascii() and not _SUSPICIOUS.search(text):
        return Normalised(text.lower() if view == "keyed" else text, text)
    changed = OffsetText(text)
    steps = _STEPS[view]
    for _ in range(_ROUNDS):
        before = changed.text
        for step in steps:
            changed.apply(step(changed.text))
        if changed.text == before:
            break
    return Normalised(changed.text, text, None if changed.offsets is None else tuple(changed.offsets))


def _lower(text: str) -> list[Edit]:
    lower = text.lower()
    if lower == text:
        return []
    return [Edit(i, i + 1, c.lower()) for i, c in enumerate(text) if c.lower() != c]


def _chinese(text: str, step: Step) -> Iterable[Edit]:
    return step(text) if chinese.has_han(text) else ()


def _steps(*, keyed: bool) -> tuple[Step, ...]:
    return (
        partial(lookalikes.fold_characters, table=lookalikes.KEYED if keyed else lookalikes.LIGHT),
        lookalikes.drop_joiners,
        lookalikes.fold_marks,
        *((_lower,) if keyed else ()),
        lookalikes.fold_mixed_words,
        *(
            partial(_chinese, step=step)
            for step in (
                chinese.simplify,
                partial(chinese.close_gaps, keyed=keyed),
                chinese.read_emoji,
                partial(chinese.respell, keyed=keyed),
                chinese.spell_out_initials,
            )
        ),
        spelling.join_spaced,
        spelling.unmask,
        partial(spelling.read_signs, keyed=keyed),
        partial(spelling.shorten_stretched, keyed=keyed),
        spelling.mend_broken,
        spelling.cut_run_ons,
    )


_STEPS: dict[View, tuple[Step, ...]] = {"light": _steps(keyed=False), "keyed": _steps(keyed=True)}
