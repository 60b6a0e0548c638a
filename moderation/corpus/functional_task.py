"""The functional suites as rows of a test file."""

from __future__ import annotations

from collections.abc import Iterator

from moderation.corpus.functional.suite import cases


def rows() -> Iterator[dict[str, str]]:
    """Every English case; `held_out` is 1 for templates that no training saw."""
    return _rows("en")


def rows_zh() -> Iterator[dict[str, str]]:
    """Every Chinese case."""
    return _rows("zh")


def _rows(language: str) -> Iterator[dict[str, str]]:
    for case in cases(language):
        yield {
            "text": case.text,
            "flag": str(int(case.flag)),
            "function": case.function,
            "group": case.group,
            "held_out": str(int(case.held_out)),
        }
