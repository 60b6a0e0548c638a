"""A person's judgement: Review, Decision and Delivery are written in one transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from aimass_apps.delivery.outbox import announce
from aimass_apps.people.models import User
from aimass_apps.submissions.decisions import record_decision
from aimass_apps.submissions.models import Decision, Prediction, Review
from aimass_apps.submissions.reviews import current_review, record_review
from moderation.events import decision_event
from moderation.intake.leases import LEASE, ItemHeld, is_free_for, may_decide
from moderation.labels import whole
from moderation.models import Outcome, Post

UNDO_WITHIN = timedelta(minutes=10)
UNDO, REOPEN = "undo", "reopen"


class AlreadyDecided(ValueError):
    """The post is not waiting any more; it was decided, or passed on to a senior moderator."""

    def __init__(self, post: Post) -> None:
        super().__init__(f"{post} is not waiting for this decision")
        self.post = post


class NothingToUndo(ValueError):
    """The decision in force is not this person's, or too long ago."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a person decided. `labels` are those the post deserves, whatever becomes of it."""

    action: str  # Outcome.APPROVE or Outcome.REMOVE
    labels: frozenset[str] = frozenset()
    reason: str = ""
    comment: str = ""


def review_post(*, post: int, by: User, judgement: Judgement) -> Decision:
    """Decide a waiting post. Raises `ItemHeld` and `AlreadyDecided`."""
    with transaction.atomic():
        found = _lock_waiting(post, by)
        return _judge(found, by, judgement)


def reverse_decision(*, post: int, by: User, judgement: Judgement) -> Decision:
    """Decide a decided post anew; the new decision reverses the one in force. Raises `AlreadyDecided` if it waits."""
    with transaction.atomic():
        found = _lock(post)
        if found.state != Post.State.CLOSED:
            raise AlreadyDecided(found)
        return _judge(found, by, judgement)


def undo_review(*, post: int, by: User) -> Post:
    """Take back one's own latest decision within ten minutes: the post waits again and is this person's.

    The platform hears that it was reopened. Raises `NothingToUndo`.
    """
    with transaction.atomic():
        found = _lock(post)
        latest = current_review(found.submission)
        if found.state != Post.State.CLOSED or latest is None or not _may_undo(latest, by):
            raise NothingToUndo(str(found))
        undone = record_review(submission=found.submission, by=by, verdict=UNDO, labels={}, replaces=latest)
        decision = record_decision(submission=found.submission, action=REOPEN, reasons=[], review=undone)
        announce(decision=decision, platform=found.platform, payload=decision_event(found, decision))
        _change(
            found,
            state=Post.State.QUEUED,
            outcome="",
            closed_at=None,
            taken_by=by,
            taken_at=Now(),
            taken_until=Now() + LEASE,
        )
    return Post.objects.get(pk=post)


def _may_undo(review: Review, by: User) -> bool:
    return review.by_id == by.pk and review.verdict != UNDO and review.at > timezone.now() - UNDO_WITHIN


def escalate_post(*, post: int, by: User, note: str) -> Post:
    """Pass a waiting post on to senior moderators. Raises `ItemHeld` and `AlreadyDecided`."""
    with transaction.atomic():
        found = _lock_waiting(post, by)
        if found.escalated_at is not None:
            raise AlreadyDecided(found)
        _change(found, escalated_by=by, escalated_at=Now(), escalation_note=note, **_FREED)
    return Post.objects.get(pk=post)


def _lock(post: int) -> Post:
    return Post.objects.select_for_update(of=("self",)).select_related("submission", "platform").get(pk=post)


def _lock_waiting(post: int, by: User) -> Post:
    found = _lock(post)
    if found.state != Post.State.QUEUED or not may_decide(found, by):
        raise AlreadyDecided(found)
    if not is_free_for(found, by):
        raise ItemHeld(found)
    return found


_FREED: dict[str, Any] = {"taken_by": None, "taken_at": None, "taken_until": None}


def _judge(post: Post, by: User, judgement: Judgement) -> Decision:
    review = record_review(
        submission=post.submission,
        by=by,
        verdict=judgement.action,
        labels=dict(whole(judgement.labels)),
        reason=judgement.reason,
        comment=judgement.comment or None,
        sampling_weight=post.sampling_weight,
        shown=shown_scores(post),
        seconds=_seconds(post, by),
        replaces=current_review(post.submission),
    )
    reasons = [{"code": "review", "label": label} for label in sorted(judgement.labels)]
    if judgement.reason:
        reasons.append({"code": judgement.reason, "label": ""})
    decision = record_decision(submission=post.submission, action=judgement.action, reasons=reasons, review=review)
    announce(decision=decision, platform=post.platform, payload=decision_event(post, decision))
    _change(post, state=Post.State.CLOSED, outcome=Outcome(judgement.action), closed_at=Now(), **_FREED)
    return decision


def shown_scores(post: Post) -> dict[str, Any]:
    """What each version had said when the person judged: {version id: {label: probability}}."""
    done = Prediction.objects.filter(submission=post.submission_id, state=Prediction.State.DONE, decisive=True)
    return {str(version): scores for version, scores in done.values_list("version_id", "scores")}


def _seconds(post: Post, by: User) -> float | None:
    if post.taken_at is None or post.taken_by_id != by.pk:
        return None
    return round((timezone.now() - post.taken_at).total_seconds(), 1)


def _change(post: Post, **values: Any) -> None:
    write: Callable[..., int] = Post.objects.filter(pk=post.pk).update
    write(**values)
