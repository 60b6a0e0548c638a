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
from moderation.actions import REOPEN, UNDO, action_of
from moderation.events import decision_event
from moderation.intake.leases import LEASE, ItemHeld, is_free_for, may_decide
from moderation.intake.superseding import supersede_outdated
from moderation.labels import whole
from moderation.models import Post
from moderation.queries import standing_review

UNDO_WITHIN = timedelta(minutes=10)


class AlreadyDecided(ValueError):
    """The post is not waiting any more; it was decided, or passed on to a senior moderator."""

    def __init__(self, post: Post) -> None:
        super().__init__(f"{post} is not waiting for this decision")
        self.post = post


class NothingToUndo(ValueError):
    """The decision in force is not this person's, or too long ago."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a person decided. `labels` are those they say the post deserves, whatever becomes of it."""

    action: str  # one of `actions.taken_by_people`
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
    """Take back one's own latest decision within ten minutes: what held before it holds again.

    Where nothing held, the post waits again and is this person's. The platform hears either. Raises `NothingToUndo`.
    """
    with transaction.atomic():
        found = _lock(post)
        latest = current_review(found.submission)
        if found.state != Post.State.CLOSED or latest is None or not may_undo(latest, by):
            raise NothingToUndo(str(found))
        undone = record_review(submission=found.submission, by=by, verdict=UNDO, labels={}, replaces=latest)
        decision = _restore(found, undone, latest.decision.reverses)
        reopened = decision.action == REOPEN.outcome
        waits = reopened or _was_drawn(found)
        outcome = "" if reopened else decision.action
        _change(found, outcome=outcome, **(_waiting(by) if waits else _CLOSED))
        supersede_outdated(found.pk)
    return Post.objects.get(pk=post)


def may_undo(review: Review, by: User) -> bool:
    """Whether this latest review of a decided post may still be taken back by this person."""
    return review.by_id == by.pk and review.verdict != UNDO and review.at > timezone.now() - UNDO_WITHIN


def _restore(post: Post, undone: Review, before: Decision | None) -> Decision:
    """Put the decision `before` into force again, as a new one: what was decided meanwhile stays on record."""
    action, reasons = (before.action, before.reasons) if before else (REOPEN.outcome, [])
    decision = record_decision(submission=post.submission, action=action, reasons=reasons, review=undone)
    announce(decision=decision, platform=post.platform, payload=decision_event(post, decision))
    return decision


def _was_drawn(post: Post) -> bool:
    """Whether only the audit draw sent it to a person: then it waits for one again, though decided by the policy."""
    return post.audited and standing_review(post.submission.reviews.order_by("pk")) is None


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
_CLOSED: dict[str, Any] = {"state": Post.State.CLOSED, "closed_at": Now(), **_FREED}


def _waiting(by: User) -> dict[str, Any]:
    lease = {"taken_by": by, "taken_at": Now(), "taken_until": Now() + LEASE}
    return {"state": Post.State.QUEUED, "closed_at": None, **lease}


def _judge(post: Post, by: User, judgement: Judgement) -> Decision:
    review = record_review(
        submission=post.submission,
        by=by,
        verdict=judgement.action,
        labels=_stated(judgement),
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
    _change(post, outcome=judgement.action, **_CLOSED)
    return decision


def _stated(judgement: Judgement) -> dict[str, bool]:
    """What the person said of each label; the page says in words that what stays empty counts as a no.

    Who removes without a label says that the post breaks a rule, not that it is none of all this: no label is stated.
    """
    action = action_of(judgement.action)
    unstated = action is not None and action.needs_labels and not judgement.labels
    return {} if unstated else whole(judgement.labels)


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
