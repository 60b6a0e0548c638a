"""A newer revision takes the older ones out of the queue: nobody decides a text that its author has changed."""

from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Max
from django.db.models.functions import Now

from aimass_apps.delivery.outbox import announce
from aimass_apps.submissions.decisions import record_decision
from moderation.actions import SUPERSEDED
from moderation.events import decision_event
from moderation.models import Post

OPEN = (Post.State.SCORING, Post.State.QUEUED)
Newest = dict[tuple[int, str], int]  # by platform and external id, the latest revision


def lock_with_older(submissions: Collection[int]) -> tuple[list[Post], list[Post]]:
    """Lock the posts of `submissions` and their older open revisions; returns the former and the latter.

    All of them in one order, so that two workers that settle revisions of the same posts can't block each other.
    """
    names = ("pk", "platform_id", "external_id", "revision")
    known = sorted(Post.objects.filter(submission__in=submissions).values_list(*names), key=_by_revision)
    own = {pk for pk, *_rest in known}
    latest = {(platform, external): revision for _pk, platform, external, revision in known}
    others = _same(latest).filter(state__in=OPEN).exclude(pk__in=own).values_list(*names)
    older = {pk for pk, platform, external, revision in others if revision < latest.get((platform, external), 0)}
    locked = Post.objects.select_for_update(of=("self",)).filter(pk__in=own | older).order_by("pk")
    posts = list(locked.select_related("platform"))
    return [post for post in posts if post.pk in own], [post for post in posts if post.pk in older]


def _by_revision(row: tuple[Any, ...]) -> int:
    return int(row[3])


def _same(posts: Collection[tuple[int, str]]) -> Any:
    """Every revision of these posts, and perhaps namesakes on the other platforms."""
    platforms, externals = {platform for platform, _ in posts}, {external for _, external in posts}
    return Post.objects.filter(platform__in=platforms, external_id__in=externals)


def newest_revisions(posts: Sequence[Post]) -> Newest:
    """The latest revision that came of each post. Ask with the posts locked: then a later one finds them settled."""
    same = _same({(post.platform_id, post.external_id) for post in posts})
    found = same.values_list("platform_id", "external_id").annotate(newest=Max("revision")).order_by()
    return {(platform, external): newest for platform, external, newest in found}


def newer_revision(post: Post, newest: Newest) -> dict[str, Any]:
    """The reason of every decision `superseded`, whenever the older revision was scored."""
    return {"code": "newer_revision", "label": "", "revision": newest[post.platform_id, post.external_id]}


def supersede(posts: Sequence[Post], newest: Newest) -> None:
    """Close locked posts that wait, with a decision and its delivery.

    One drawn for audit is cleared already and the platform was told: it only leaves the queue.
    """
    for post in posts:
        if post.state != Post.State.QUEUED:
            continue
        if not post.outcome:
            post.outcome = SUPERSEDED.outcome
            decision = record_decision(
                submission=post.submission,
                action=post.outcome,
                reasons=[newer_revision(post, newest)],
                policy_version=post.policy_version,
            )
            announce(decision=decision, platform=post.platform, payload=decision_event(post, decision))
        Post.objects.filter(pk=post.pk).update(
            state=Post.State.CLOSED,
            outcome=post.outcome,
            closed_at=Now(),
            taken_by=None,
            taken_at=None,
            taken_until=None,
        )


def supersede_outdated(post: int) -> None:
    """Close a locked post that waits again although a newer revision was settled while it was decided."""
    found = Post.objects.select_related("submission", "platform").get(pk=post)
    same = Post.objects.filter(platform=found.platform, external_id=found.external_id)
    if same.filter(revision__gt=found.revision).exclude(state=Post.State.SCORING).exists():
        supersede([found], newest_revisions([found]))
