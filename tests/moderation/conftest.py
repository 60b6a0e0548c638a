"""Platforms, versions and people for the moderation desk's tests."""

import dataclasses
import itertools
import uuid
from collections.abc import Callable, Mapping

import pytest
from django.test import Client

from aimass_apps.people.models import Platform, User
from aimass_apps.people.platforms import new_secret
from aimass_apps.people.roles import Role
from aimass_apps.registry.models import ModelVersion, Stage
from aimass_apps.submissions.ledger import Result, claim, store
from aimass_apps.submissions.models import Submission
from moderation.decide import load_policy
from moderation.intake import Incoming, receive_posts
from moderation.models import Post

_numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def no_doorbell(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Messages are not sent; what would have rung is listed."""
    rung: list[str] = []
    monkeypatch.setattr("aimass_apps.queueing.doorbell.ring", lambda task, queue: bool(rung.append(task)) or True)
    return rung


@pytest.fixture(autouse=True)
def no_audit(monkeypatch: pytest.MonkeyPatch) -> None:
    """The default policy, but nothing is drawn at random."""
    policy = dataclasses.replace(load_policy(), audit_share=0.0)
    monkeypatch.setattr("moderation.policy_revisions._load", lambda path: policy)


@pytest.fixture
def platform(db: None) -> Platform:
    return make_platform()


def make_platform(**fields: object) -> Platform:
    return Platform.objects.create(
        **{
            "name": f"Platform {next(_numbers)}",
            "endpoint": "http://127.0.0.1:9/hook",
            "outgoing_secret": new_secret(),
            "incoming_secret": new_secret(),
            **fields,
        }
    )


def make_person(role: str = Role.MODERATOR) -> User:
    number = next(_numbers)
    return User.objects.create_user(username=f"{role}-{number}", password=uuid.uuid4().hex, role=role)


def sign_in(role: str) -> tuple[Client, User]:
    person, client = make_person(role), Client()
    client.force_login(person)
    return client, person


@pytest.fixture
def moderator(db: None) -> User:
    return make_person()


@pytest.fixture
def senior(db: None) -> User:
    return make_person(Role.SENIOR_MODERATOR)


def make_version(kind: str = "bert", language: str = "en", stage: str = Stage.LIVE) -> ModelVersion:
    labels = ["toxic", "insult", "threat", "spam"]
    return ModelVersion.objects.create(
        desk="moderation",
        kind=kind,
        language=language,
        number=next(_numbers),
        stage=stage,
        name="made for a test",
        manifest={"labels": labels, "thresholds": dict.fromkeys(labels, 0.5), "metrics": {}},
        manifest_sha256=uuid.uuid4().hex,
    )


def receive(platform: Platform, *texts: str, author: str = "ann") -> list[Post]:
    posts = [Incoming(f"post-{next(_numbers)}", text, author=author) for text in texts]
    receipts = receive_posts(platform=platform, posts=posts)
    by_id = {str(post.public_id): post for post in Post.objects.select_related("submission")}
    return [by_id[receipt.id] for receipt in receipts]


def answer_all(score: Callable[[Submission], Mapping[str, float] | None]) -> None:
    """What a worker does, with `score` as the model; None is a failure, repeated until the ledger gives up."""
    for alone in [False] * 3 + [True] * 40:
        lease = uuid.uuid4()
        work = claim(lease=lease, alone=alone)
        texts = Submission.objects.in_bulk([row.submission_id for row in work])
        results = []
        for row in work:
            scores = score(texts[row.submission_id])
            results.append(Result(row.id, error="Broken") if scores is None else Result(row.id, scores=dict(scores)))
        if results:
            store(lease=lease, results=results)


def score_by_words(submission: Submission) -> dict[str, float]:
    """Posts that speak of a clown are insults, of a promise threats; all others are harmless."""
    insult, threat = 0.9 * ("clown" in submission.text), 0.8 * ("promise" in submission.text)
    return {"toxic": max(insult, threat, 0.02), "insult": insult, "threat": threat, "spam": 0.01}


@pytest.fixture
def queued(platform: Platform) -> list[Post]:
    """Three posts in the queue: a threat first, then two insults."""
    make_version()
    posts = receive(platform, "you clown", "that is a promise", "what a clown", "a quiet day")
    answer_all(score_by_words)
    return list(Post.objects.filter(pk__in=[post.pk for post in posts], state="queued").order_by("-priority", "pk"))
