"""Sentences about self-harm: a person who says that they want to die, and what only sounds like it. Own sentences.

No set under an open licence carries the label, so it is learned from these and from the functional suite's templates
alone: the cards say so.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from moderation.labels import TAUGHT

_LINES = Path(__file__).with_name("self_harm_examples.json")


@cache
def _lines() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_LINES.read_text(encoding="utf-8"))
    return found


def rows(seed: int, n: int) -> Iterator[tuple[str, dict[str, float]]]:
    """`n` posts: two in five a person at risk, one in five an urge to others, the rest support, grief and idioms."""
    draw = random.Random(seed)  # noqa: S311 - reproducible sentences, nothing secret
    kinds = ("risk", "risk", "push", "support", "idiom")
    for _ in range(n):
        kind = draw.choice(kinds)
        yield _styled(draw, _said(draw, kind)), _labels(kind)


def _said(draw: random.Random, kind: str) -> str:
    lines = _lines()
    core = str(draw.choice(lines[kind]))
    before = draw.choice(lines["before"][kind]) if draw.random() < 0.4 else ""
    after = draw.choice(lines["after"][kind]) if draw.random() < 0.4 else ""
    return " ".join(part for part in (before, core, after) if part)


def _styled(draw: random.Random, text: str) -> str:
    """As people type: without capitals, without apostrophes, without the last stop."""
    if draw.random() < 0.5:
        text = text.lower()
    if draw.random() < 0.3:
        text = text.replace("'", "")
    return text.rstrip(".") if draw.random() < 0.5 else text


def _labels(kind: str) -> dict[str, float]:
    """A person at risk is not toxic; one who urges others is."""
    if kind == "push":
        return {"toxic": 1.0, "self_harm": 1.0, "threat": 1.0, "spam": 0.0}
    return dict.fromkeys(TAUGHT, 0.0) | {"self_harm": float(kind == "risk")}
