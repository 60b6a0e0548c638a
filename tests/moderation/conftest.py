"""People, a platform and a queue of the moderation desk."""

from collections.abc import Callable

import pytest

from aimass_apps.people.models import Platform, User
from aimass_apps.people.roles import Role
from moderation.models import Post
from moderation.policy import Policy
from tests.support.factories import answer_all, make_platform, make_version, receive, score_by_words
from tests.support.people import make_person


@pytest.fixture(autouse=True)
def no_doorbell(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Messages are not sent; what would have rung is listed."""
    rung: list[str] = []
    monkeypatch.setattr("aimass_apps.queueing.doorbell.ring", lambda task, queue: bool(rung.append(task)) or True)
    return rung


@pytest.fixture(autouse=True)
def no_audit(use_policy: Callable[..., Policy]) -> None:
    """The default policy, but nothing is drawn at random."""
    use_policy(audit_share=0.0)


@pytest.fixture
def platform(db: None) -> Platform:
    return make_platform()


@pytest.fixture
def moderator(db: None) -> User:
    return make_person()


@pytest.fixture
def senior(db: None) -> User:
    return make_person(Role.SENIOR_MODERATOR)


@pytest.fixture
def queued(platform: Platform) -> list[Post]:
    """Three posts in the queue: a threat first, then two insults."""
    make_version()
    posts = receive(platform, "you clown", "that is a promise", "what a clown", "a quiet day")
    answer_all(score_by_words)
    return list(Post.objects.filter(pk__in=[post.pk for post in posts], state="queued").order_by("-priority", "pk"))
