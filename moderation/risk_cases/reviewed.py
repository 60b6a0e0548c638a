"""Reviewed posts as cases for risk control: a fair sample of what one version decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, Min, OuterRef, Prefetch, Q, QuerySet

from aimass_apps.inference.text.language import find_languages
from aimass_apps.ml.risk import Case
from aimass_apps.registry.models import ModelVersion, Stage
from aimass_apps.submissions.models import Prediction, Review
from moderation import DESK
from moderation.actions import UNDO, action_at
from moderation.intake.settling import answer_of
from moderation.models import Post
from moderation.operating_point import act_point, clear_point, decides
from moderation.policy_revisions import policy_file
from moderation.queries import standing_review

MOST = 5000  # posts, the latest: more tell little


@dataclass(frozen=True)
class Reviewed:
    """Cases of both kinds of automatic decision, and what was counted.

    Moderators take the most pressing posts first, so the reviewed ones among those that still wait are no fair
    sample: only posts that came before the oldest waiting one (`until`) count. Escalated posts don't hold that up;
    what is not decided counts as an error.
    """

    clear: list[Case]
    act: list[Case]
    audited: int  # how many were drawn at random from what was decided automatically
    until: datetime | None


def deciding_candidates() -> list[ModelVersion]:
    """The live versions that may decide about posts."""
    kinds = policy_file().deciding_kinds
    live = ModelVersion.objects.filter(desk=DESK, stage=Stage.LIVE, kind__in=kinds)
    return sorted(live.defer("card"), key=lambda version: (version.language, kinds.index(version.kind)))


def reviewed_cases(version: ModelVersion) -> Reviewed:
    """What people said of posts that this version decided, with its scores from when it did."""
    waiting = Post.objects.filter(state=Post.State.QUEUED, escalated_at=None)
    until: datetime | None = waiting.aggregate(oldest=Min("received_at"))["oldest"]
    found = [(post, cases) for post in _posts(version, until) if (cases := _cases(post, version))]
    return Reviewed(
        clear=[clear for _, (clear, _act) in found],
        act=[act for _, (_clear, act) in found],
        audited=sum(post.audited for post, _ in found),
        until=until,
    )


def _posts(version: ModelVersion, until: datetime | None) -> QuerySet[Post]:
    this = OuterRef("submission")
    answered = Prediction.objects.filter(version=version, decisive=True, state=Prediction.State.DONE, submission=this)
    reviews: QuerySet[Review] = Review.objects.order_by("pk")
    judged = Exists(reviews.filter(submission=this).exclude(verdict=UNDO)) | Q(state=Post.State.QUEUED)
    posts = Post.objects.filter(Exists(answered), judged)
    if until is not None:
        posts = posts.filter(received_at__lt=until)
    predictions = Prediction.objects.filter(decisive=True).prefetch_related("version")
    related = (
        Prefetch("submission__predictions", predictions),
        Prefetch("submission__reviews", reviews.defer("comment")),
    )
    return posts.select_related("submission").prefetch_related(*related).order_by("-pk")[:MOST]


def _cases(post: Post, version: ModelVersion) -> tuple[Case, Case] | None:
    """The post as a case for clearing and for removing; None where this version did not decide or nobody judged."""
    policy = policy_file()
    answers = [answer_of(prediction) for prediction in post.submission.predictions.all()]
    mine = next(answer for answer in answers if answer.version == str(version))
    review = standing_review(post.submission.reviews.all())
    undecided = post.state == Post.State.QUEUED
    if not decides(answers, mine, policy) or (review is None and not undecided):
        return None
    verdict = "" if undecided or review is None else review.verdict
    key, weight = post.public_id.hex, post.sampling_weight
    point = clear_point(answers, mine, policy, find_languages(post.submission.text))
    return (
        Case(key, point, not _confirms(verdict, "clear"), weight),
        Case(key, act_point(mine, policy), not _confirms(verdict, "act"), weight),
    )


def _confirms(verdict: str, step: str) -> bool:
    """Whether who said `verdict` would let stand what the policy does at `step`."""
    action = action_at(step)
    return action is not None and verdict == action.confirmed_by
