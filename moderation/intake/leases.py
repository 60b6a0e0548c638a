"""Who has which post open. A lease lasts ten minutes by the database's clock and is renewed while the page is open."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Case, F, Q, When
from django.db.models.functions import Now

from aimass_apps.people.models import User
from moderation.models import Post
from moderation.queries import SEE_ESCALATED, QueueFilter, free, queue

LEASE = timedelta(minutes=10)


class ItemHeld(ValueError):
    """Someone else has the post open."""

    def __init__(self, post: Post) -> None:
        super().__init__(f"{post.taken_by} has this post open")
        self.post = post


def take_next(*, by: User, chosen: QueueFilter = QueueFilter(), skip: int | None = None) -> Post | None:  # noqa: B008 - frozen
    """Lease the most pressing free post, or the one that this person already holds; None when nothing is left.

    `skip` names a post that the person passes over: it goes back to its place and another one comes.
    """
    with transaction.atomic():
        if skip is not None:
            release_item(post=skip, by=by)
        waiting = queue(by, chosen).exclude(pk=skip or 0).select_for_update(of=("self",), skip_locked=True)
        held = waiting.filter(taken_by=by, taken_until__gt=Now()).first()
        post = held or waiting.filter(free()).first()
        if post is None:
            return None
        _lease(post.pk, by)
    return Post.objects.get(pk=post.pk)


def take_item(*, post: int, by: User) -> Post:
    """Lease this post. Raises `ItemHeld` while someone else has it; a decided one is only returned."""
    with transaction.atomic():
        found = Post.objects.select_for_update(of=("self",)).get(pk=post)
        if found.state == Post.State.QUEUED and may_decide(found, by):
            if not is_free_for(found, by):
                raise ItemHeld(found)
            _lease(post, by)
    return Post.objects.get(pk=post)


def renew(*, post: int, by: User) -> Post | None:
    """Prolong a lease that is still this person's, even one that ran out before anyone else took the post."""
    held = Post.objects.filter(pk=post, state=Post.State.QUEUED, taken_by=by)
    return Post.objects.get(pk=post) if held.update(taken_until=Now() + LEASE) else None


def release_item(*, post: int, by: User) -> bool:
    """Put the post back to its place for others."""
    held = Post.objects.filter(pk=post, state=Post.State.QUEUED, taken_by=by)
    return bool(held.update(taken_by=None, taken_at=None, taken_until=None))


def may_decide(post: Post, by: User) -> bool:
    """Escalated posts are for senior moderators."""
    return post.escalated_at is None or by.has_perm(SEE_ESCALATED)


def is_free_for(post: Post, by: User) -> bool:
    """Whether this person may decide the post now. Ask with the row locked."""
    return Post.objects.filter(free() | Q(taken_by=by), pk=post.pk).exists()


def _lease(post: int, by: User) -> None:
    kept = When(taken_by=by, taken_until__gt=Now(), then=F("taken_at"))
    Post.objects.filter(pk=post).update(taken_by=by, taken_at=Case(kept, default=Now()), taken_until=Now() + LEASE)
