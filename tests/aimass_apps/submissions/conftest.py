"""A desk that only counts, and versions to ask, for tests of the ledger."""

import uuid
from collections.abc import Callable

import pytest

from aimass_apps.registry.models import ModelVersion, Stage
from aimass_apps.submissions.ledger import Claimed, Question, Result, ask, claim
from aimass_apps.submissions.models import Prediction, Submission
from tests.support.desks import CountingDesk, stand_in


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> CountingDesk:
    counting = CountingDesk()
    stand_in(monkeypatch, counting)
    return counting


@pytest.fixture
def make_version() -> Callable[..., ModelVersion]:
    def make(kind: str = "bert", language: str = "en", stage: str = Stage.LIVE, **fields: object) -> ModelVersion:
        number = ModelVersion.objects.filter(desk="moderation", kind=kind, language=language).count() + 1
        return ModelVersion.objects.create(
            desk="moderation",
            kind=kind,
            language=language,
            number=number,
            stage=stage,
            name="made for a test",
            manifest={"labels": ["toxic"], "thresholds": {"toxic": 0.5}, "metrics": {}},
            manifest_sha256=uuid.uuid4().hex,
            **fields,
        )

    return make


def ask_posts(count: int = 1, *, text: str = "hello there") -> list[Submission]:
    questions = [Question(f"{text} {place}", "en", ("en",)) for place in range(count)]
    return ask(desk="moderation", questions=questions, lane=Prediction.Lane.STREAM)


def take(**limits: int | bool) -> tuple[uuid.UUID, list[Claimed]]:
    lease = uuid.uuid4()
    return lease, claim(lease=lease, **limits)


def answers(work: list[Claimed]) -> list[Result]:
    return [Result(row.id, scores={"toxic": 0.25}, milliseconds=1.0) for row in work]
