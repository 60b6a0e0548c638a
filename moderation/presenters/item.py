"""Everything that the page of one post shows."""

from typing import Any

from django.utils import timezone

from aimass_apps.people.models import User
from aimass_apps.submissions.models import Prediction
from moderation import queries
from moderation.actions import action_of, taken_by_people
from moderation.forms import EscalateForm, ReviewForm
from moderation.intake import may_decide, may_undo
from moderation.labels import LABELS
from moderation.models import Post
from moderation.presenters import evidence
from moderation.presenters.addresses import address
from moderation.queries import QueueFilter


def page_of(
    post: Post,
    person: User,
    chosen: QueueFilter,
    *,
    form: ReviewForm | None = None,
    notice: str = "",
    undo_url: str = "",
) -> dict[str, Any]:
    """The context of `moderation/_item.html`.

    `notice` says why what the person asked for was not done, `undo_url` takes their last decision back.
    """
    mode = mode_of(post, person)
    predictions = list(
        Prediction.objects.filter(submission=post.submission_id, decisive=True).select_related("version").order_by("pk")
    )
    text = post.submission.text
    scores, models = evidence.score_table(predictions)
    decisions = list(queries.decisions_of(post))
    latest = decisions[0].review if decisions else None
    reverses = mode == "closed" and person.has_perm("moderation.reverse")
    return {
        "post": post,
        "mode": mode,
        "text": text,
        "lang": {"mixed": "zh", "other": "", "unknown": ""}.get(post.submission.language, post.submission.language),
        "marks": evidence.marks(predictions),
        "reasons": evidence.reason_lines(post, text),
        "scores": scores,
        "models": models,
        "labels": label_boxes(post, form),
        "form": form or ReviewForm(),
        "escalate_form": EscalateForm(),
        "may_escalate": not person.has_perm(queries.SEE_ESCALATED) and post.escalated_at is None,
        "may_reverse": reverses,
        "may_take": mode == "waiting" and person.has_perm("moderation.review") and may_decide(post, person),
        "decides": mode == "mine" or reverses,
        "actions": taken_by_people(),
        "needing_labels": [each for each in taken_by_people() if each.needs_labels],
        "reversals": reversals(post),
        "notice": notice,
        "seconds_left": seconds_left(post),
        "urls": _urls(post, chosen),
        "undo_url": undo_url,
        "may_undo": post.state == Post.State.CLOSED and latest is not None and may_undo(latest, person),
        "decisions": evidence.decision_lines(decisions),
        **_context(post),
    }


def mode_of(post: Post, person: User) -> str:
    """`scoring`, `closed`, `mine`, `held` by someone else, or `waiting`: to be read until someone takes it."""
    if post.state != Post.State.QUEUED:
        return str(post.state)
    if post.taken_until is None or post.taken_until <= timezone.now():
        return "waiting"
    return "mine" if post.taken_by_id == person.pk else "held"


def reversals(post: Post) -> dict[str, Any]:
    """What a decided post offers: the actions that would change its decision, and the one that lets it stand."""
    in_place = action_of(post.outcome)
    same = action_of(in_place.confirmed_by) if in_place else None
    return {"others": [each for each in taken_by_people() if each != same], "same": same}


def seconds_left(post: Post) -> int:
    """What is left of the lease."""
    return 0 if post.taken_until is None else max(0, int((post.taken_until - timezone.now()).total_seconds()))


def label_boxes(post: Post, form: ReviewForm | None) -> list[dict[str, Any]]:
    """The labels with their keys 1 to 9. Ticked is only what the person ticked: a review is their word alone.

    `suggested` are those of the reasons, `stated` those of the judgement that holds; both stand beside the box.
    """
    ticked = set(form.data.getlist("labels")) if form is not None and hasattr(form.data, "getlist") else set()
    suggested = {reason["label"] for reason in post.reasons}
    review = queries.standing_review(post.submission.reviews.order_by("pk"))
    stated = review.labels if review else {}
    return [
        {
            "value": value,
            "name": evidence.label_name(value),
            "key": str(number),
            "ticked": value in ticked,
            "suggested": value in suggested,
            "stated": bool(stated.get(value)),
        }
        for number, value in enumerate(LABELS, start=1)
    ]


def _urls(post: Post, chosen: QueueFilter) -> dict[str, str]:
    names = ("take", "review", "skip", "escalate", "reverse", "undo", "lease")
    found = {name: address(f"moderation:{name}", chosen, post.public_id) for name in names}
    return {**found, "queue": address("moderation:queue", chosen), "next": address("moderation:next", chosen)}


def _context(post: Post) -> dict[str, Any]:
    """Who wrote it, where it comes from, how pressing it is."""
    points = queries.with_points(Post.objects.filter(pk=post.pk)).get()
    return {
        "author": queries.author_record(post),
        "platform": queries.platform_record(post.platform),
        "similar": queries.similar_decisions(post),
        "revisions": queries.revisions_of(post),
        "points": round(getattr(points, "points", post.priority)),
        "parts": list(evidence.priority_lines(post, float(getattr(points, "age_points", 0.0)))),
    }
