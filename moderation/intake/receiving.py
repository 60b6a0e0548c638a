"""Posts come in: each revision once, however often it is sent."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from aimass_apps.inference.text.language import detect_language, languages_to_ask
from aimass_apps.people.models import Platform
from aimass_apps.people.sealing import keyed_hash
from aimass_apps.submissions.ledger import Question, ask
from aimass_apps.submissions.models import Prediction
from moderation import DESK
from moderation.models import Post, WebhookReceipt

# A repeat races with its original at most once: after that the original is committed and found.
TRIES = 3


@dataclass(frozen=True, slots=True)
class Incoming:
    """One post as a platform sends it; `text` has 1 to 20,000 characters."""

    external_id: str
    text: str
    revision: int = 1
    author: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer for one post. `same_text` is False when a repeat came with another text, which was not taken."""

    id: str
    external_id: str
    revision: int
    repeated: bool = False
    same_text: bool = True


class WebhookConflict(ValueError):
    """A webhook id came again with another body."""


def receive_posts(*, platform: Platform, posts: Sequence[Incoming]) -> list[Receipt]:
    """Write what is new and ask the models about it; one receipt for each post, in order.

    A repeat of (external_id, revision), from before or from the same call, changes nothing and gets the id of the
    first. The number of queries does not depend on the number of posts.
    """
    known: dict[tuple[str, int], Post] = {}
    for attempt in range(TRIES):
        # Most calls bring only new posts, so the first try does not look for old ones.
        known = _find(platform, posts) if attempt else {}
        try:
            with transaction.atomic():
                return _receive(platform, posts, known)
        except IntegrityError:
            if attempt == TRIES - 1:
                raise
    raise AssertionError("unreachable: the last try returns or raises")


def _find(platform: Platform, posts: Sequence[Incoming]) -> dict[tuple[str, int], Post]:
    ids = {post.external_id for post in posts}
    found = Post.objects.filter(platform=platform, external_id__in=ids).select_related("submission")
    found = found.defer("submission__text", "submission__sealed_text", "submission__sealed_facts")
    return {(post.external_id, post.revision): post for post in found}


def _receive(platform: Platform, posts: Sequence[Incoming], known: dict[tuple[str, int], Post]) -> list[Receipt]:
    new: dict[tuple[str, int], Incoming] = {}
    for post in posts:
        if (post.external_id, post.revision) not in known:
            new.setdefault((post.external_id, post.revision), post)
    # In one order: calls that repeat each other's posts in another one would wait for one another without end.
    written = _write(platform, [new[key] for key in sorted(new)])
    return [_receipt(post, known | written, new) for post in posts]


def _write(platform: Platform, posts: Sequence[Incoming]) -> dict[tuple[str, int], Post]:
    if not posts:
        return {}
    questions = [Question(post.text, detect_language(post.text), languages_to_ask(post.text)) for post in posts]
    submissions = ask(desk=DESK, questions=questions, lane=Prediction.Lane.STREAM)
    rows = Post.objects.bulk_create(
        Post(
            submission=submission,
            platform=platform,
            external_id=post.external_id,
            revision=post.revision,
            author=post.author,
            url=post.url,
        )
        for post, submission in zip(posts, submissions, strict=True)
    )
    return {(row.external_id, row.revision): row for row in rows}


def _receipt(post: Incoming, known: dict[tuple[str, int], Post], new: dict[tuple[str, int], Incoming]) -> Receipt:
    key = (post.external_id, post.revision)
    row = known[key]
    return Receipt(
        id=str(row.public_id),
        external_id=row.external_id,
        revision=row.revision,
        repeated=new.get(key) is not post,
        same_text=new.get(key) is post or row.submission.content_hash == keyed_hash(post.text),
    )


def receive_webhook(
    *, platform: Platform, webhook_id: str, body: bytes, answer: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """Do a genuine webhook's work once: `answer` is called for the first, its result kept for every repeat.

    Raises `WebhookConflict` for the same id with another body.
    """
    digest = hashlib.sha256(body).hexdigest()
    for attempt in range(TRIES):
        first = WebhookReceipt.objects.filter(platform=platform, webhook_id=webhook_id).first()
        if first is not None:
            if first.body_sha256 != digest:
                raise WebhookConflict(webhook_id)
            return dict(first.answer)
        try:
            with transaction.atomic():
                given = answer()
                WebhookReceipt.objects.create(
                    platform=platform, webhook_id=webhook_id, body_sha256=digest, answer=given
                )
                return given
        except IntegrityError:
            if attempt == TRIES - 1:
                raise
    raise AssertionError("unreachable: the last try returns or raises")


def forget_old_receipts(older_than: timedelta) -> int:
    """Remove the answers kept for repeated webhooks; a repeat that late is refused by its time stamp. How many."""
    return WebhookReceipt.objects.filter(received_at__lt=Now() - older_than).delete()[0]
