"""A desk that does nothing, to be given what a test needs of one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db.models import QuerySet

from aimass_apps.submissions import desk as desks
from aimass_apps.submissions.desk import Example, Finder, LabelShape, LineScorer, Subject
from aimass_apps.submissions.models import Submission


class StubDesk:
    """`submissions.desk.Desk`, empty."""

    name = "moderation"
    seals_text = False
    label_shape = LabelShape.YES_OR_NO
    demo_noun = "texts"
    finder = Finder("text", "ID", "a text", find=lambda name, within: Subject(name, []))

    def settle(self, submissions: list[Submission]) -> None:
        pass

    def examples(self, until: datetime) -> Iterator[Example]:
        return iter(())

    def metrics(self, rows: Sequence[tuple[dict[str, Any], dict[str, float], float]]) -> dict[str, Any]:
        return {}

    def label_space(self) -> list[str]:
        return []

    def line_scorer(self, policy_path: Path | None, models: Path) -> LineScorer:
        raise NotImplementedError

    def load_demo(self) -> int:
        return 0

    def wipe_demo(self) -> int:
        return 0

    def demo_submissions(self) -> QuerySet[Submission]:
        return Submission.objects.none()

    def warm_up(self) -> None:
        pass


class CountingDesk(StubDesk):
    """Remembers what it was asked to settle."""

    def __init__(self) -> None:
        self.settled: list[int] = []

    def settle(self, submissions: list[Submission]) -> None:
        self.settled += [submission.pk for submission in submissions]


def stand_in(monkeypatch: pytest.MonkeyPatch, desk: StubDesk) -> None:
    """Put `desk` in the place of the registered one of its name."""
    monkeypatch.setitem(desks._desks, desk.name, desk)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> CountingDesk:
    """A desk that only counts, in the place of the moderation desk."""
    counting = CountingDesk()
    stand_in(monkeypatch, counting)
    return counting
