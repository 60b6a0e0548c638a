"""Rows that tests of several folders need: platforms, model versions, posts and their answers, and a small artefact."""

import itertools
import json
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from aimass_apps.people.models import Platform
from aimass_apps.people.platforms import new_secret
from aimass_apps.registry.artefacts import write_manifest
from aimass_apps.registry.models import ModelVersion, Stage
from aimass_apps.submissions.ledger import Claimed, Question, Result, ask, claim, store
from aimass_apps.submissions.models import Prediction, Submission
from moderation.intake import Incoming, receive_posts
from moderation.models import Post

LABELS = ["toxic", "insult", "threat", "spam"]
_numbers = itertools.count(1)


def make_platform(**fields: object) -> Platform:
    usual = {
        "name": f"Platform {next(_numbers)}",
        "endpoint": "http://127.0.0.1:9/hook",
        "outgoing_secret": new_secret(),
        "incoming_secret": new_secret(),
    }
    return Platform.objects.create(**{**usual, **fields})


def make_version(kind: str = "bert", language: str = "en", stage: str = Stage.LIVE, **fields: object) -> ModelVersion:
    """A version of the moderation desk, numbered within its place."""
    number = ModelVersion.objects.filter(desk="moderation", kind=kind, language=language).count() + 1
    return ModelVersion.objects.create(
        desk="moderation",
        kind=kind,
        language=language,
        number=number,
        stage=stage,
        name="made for a test",
        manifest={"labels": LABELS, "thresholds": dict.fromkeys(LABELS, 0.5), "metrics": {}},
        manifest_sha256=uuid.uuid4().hex,
        **fields,
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


def ask_posts(count: int = 1, *, text: str = "hello there") -> list[Submission]:
    """Submissions of no post: what the ledger alone knows."""
    questions = [Question(f"{text} {place}", "en", ("en",)) for place in range(count)]
    return ask(desk="moderation", questions=questions, lane=Prediction.Lane.STREAM)


def take(**limits: int | bool) -> tuple[uuid.UUID, list[Claimed]]:
    lease = uuid.uuid4()
    return lease, claim(lease=lease, **limits)


def answers(work: list[Claimed]) -> list[Result]:
    return [Result(row.id, scores={"toxic": 0.25}, milliseconds=1.0) for row in work]


@pytest.fixture
def make_artefact(tmp_path: Path) -> Callable[..., Path]:
    """A small real artefact: a keyword list, which loads in a millisecond."""

    def make(name: str = "first", *, term: str = "nitwit", labels: tuple[str, ...] = ("toxic", "insult")) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        entries = [{"term": term, "label": "insult", "severity": 2}]
        (folder / "words.json").write_text(json.dumps({"labels": labels, "entries": entries}))
        (folder / "card.md").write_text(f"# {name}\n\nWritten for a test.")
        manifest = {
            "desk": "moderation",
            "kind": "keywords",
            "language": "en",
            "name": name,
            "labels": list(labels),
            "thresholds": {"insult": 0.5},
            "metrics": {},
        }
        write_manifest(folder, manifest, ["words.json", "card.md"])
        return folder

    return make
