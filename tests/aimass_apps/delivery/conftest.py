"""A platform whose endpoint is a real local HTTP server, and decisions to announce to it."""

from collections.abc import Callable

import pytest

from aimass_apps.delivery.models import Delivery
from aimass_apps.delivery.outbox import announce
from aimass_apps.people.models import Platform
from aimass_apps.submissions.models import Decision, Submission
from tests.support.factories import make_platform
from tests.support.receiver import Endpoint


@pytest.fixture(autouse=True)
def no_doorbell(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    rung: list[str] = []
    monkeypatch.setattr("aimass_apps.queueing.doorbell.ring", lambda task, queue: bool(rung.append(task)) or True)
    monkeypatch.setattr("aimass_apps.delivery.run.ring", lambda task, queue: bool(rung.append(task)) or True)
    return rung


@pytest.fixture
def platform(db: None, endpoint: Endpoint) -> Platform:
    return make_platform(endpoint=endpoint.url)


@pytest.fixture
def announced(platform: Platform) -> Callable[..., Delivery]:
    def make(to: Platform = platform) -> Delivery | None:
        submission = Submission.objects.create(desk="moderation", language="en", text="x", content_hash="0")
        decision = Decision.objects.create(submission=submission, action="clear", policy_version="test-1")
        payload = {"type": "post.decided", "data": {"decision": {"id": str(decision.public_id)}, "name": "Größe"}}
        return announce(decision=decision, platform=to, payload=payload)

    return make
