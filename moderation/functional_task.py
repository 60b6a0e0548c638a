"""The functional suite as rows of a test file."""

from __future__ import annotations

from collections.abc import Iterator

from moderation.functional.suite import cases


def rows() -> Iterator[dict[str, str]]:
    """Every case; `held_out` is 1 for templates that no training saw."""
    for case in cases():
        yield {
            "text": case.text,
            "flag": str(int(case.flag)),
            "function": case.function,
            "group": case.group,
            "held_out": str(int(case.held_out)),
        }
