"""What the desk's pages read. Nothing here writes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, ExpressionWrapper, F, FloatField, Min, Q, QuerySet, Value
from django.db.models.fields import DurationField
from django.db.models.functions import Extract, Least, Now

from aimass_apps.people.models import Platform, User
from aimass_apps.submissions.models import Decision, Review
from moderation.actions import UNDO, Words, strikes, taken_by_people
from moderation.models import Post
from moderation.policy_revisions import policy_file

SEE_ESCALATED = "moderation.reverse"


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What part of the queue someone works on; empty means all of it."""

    platform: str = ""  # public id
    label: str = ""
    language: str = ""
    escalated: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    """The queue in figures; `oldest` is a time in the past, `mine` counts what the person decided today."""

    waiting: int
    taken: int
    escalated: int
    oldest: object
    mine: int


def with_points(posts: QuerySet[Post]) -> QuerySet[Post]:
    """Adds `points`: the stored priority and what the post gained by waiting since."""
    weights = policy_file().priority
    waited = ExpressionWrapper(Now() - F("received_at"), output_field=DurationField())
    seconds = ExpressionWrapper(Extract(waited, "epoch"), output_field=FloatField())
    share = Least(Value(1.0), seconds / Value(60.0 * weights.target_minutes))
    age = ExpressionWrapper(Value(100.0 * weights.age) * share, output_field=FloatField())
    return posts.annotate(age_points=age, points=F("priority") + age)


def queue(user: User, chosen: QueueFilter = QueueFilter()) -> QuerySet[Post]:
    """What waits for this person, most pressing first. Escalated posts wait for senior moderators alone."""
    posts = with_points(Post.objects.filter(state=Post.State.QUEUED))
    if not user.has_perm(SEE_ESCALATED):
        posts = posts.filter(escalated_at=None)
    elif chosen.escalated:
        posts = posts.exclude(escalated_at=None)
    if chosen.platform:
        posts = posts.filter(platform__public_id=chosen.platform)
    if chosen.language:
        posts = posts.filter(submission__language=chosen.language)
    if chosen.label:
        posts = posts.filter(reasons__contains=[{"label": chosen.label}])
    return posts.order_by(F("points").desc(), "pk")


def visible_to(user: User) -> QuerySet[Post]:
    """Posts whose page this person may open: an escalated one is for senior moderators and who passed it on."""
    posts = Post.objects.all()
    if user.has_perm(SEE_ESCALATED):
        return posts
    return posts.filter(Q(escalated_at=None) | Q(escalated_by=user) | Q(state=Post.State.CLOSED))


def free() -> Q:
    """Posts that nobody holds; a lease that ran out leaves its post at its old place."""
    return Q(taken_until=None) | Q(taken_until__lte=Now())


def queue_counts(user: User) -> Counts:
    waiting = queue(user).order_by()
    figures = waiting.aggregate(
        waiting=Count("pk"),
        taken=Count("pk", filter=~free()),
        escalated=Count("pk", filter=Q(escalated_at__isnull=False)),
        oldest=Min("received_at"),
    )
    today = Review.objects.filter(by=user, submission__desk="moderation", at__gte=Now() - timedelta(hours=24))
    return Counts(mine=today.count(), **figures)


def platforms_waiting() -> QuerySet[Platform]:
    return Platform.objects.filter(posts__state=Post.State.QUEUED).distinct().order_by("name")


def languages_waiting() -> list[str]:
    waiting = Post.objects.filter(state=Post.State.QUEUED).order_by("submission__language")
    return list(waiting.values_list("submission__language", flat=True).distinct())


def history(search: str = "", outcome: str = "", by: User | None = None) -> QuerySet[Post]:
    """Decided posts, latest first. `search` is an external id or an author, or how either begins.

    `by` is who judged them, whether or not someone else reversed it later.
    """
    posts = Post.objects.filter(state=Post.State.CLOSED).select_related("submission", "platform")
    if search:
        posts = posts.filter(
            Q(external_id__startswith=search) | Q(author__startswith=search) | Q(public_id=_uuid_or_none(search))
        )
    if outcome:
        posts = posts.filter(outcome=outcome)
    if by is not None:
        judged = Review.objects.filter(by=by).exclude(verdict=UNDO).exclude(replaced_by__verdict=UNDO)
        posts = posts.filter(submission__in=judged.values("submission"))
    return posts.order_by("-closed_at", "-pk")


def _uuid_or_none(text: str) -> str | None:
    compact = text.replace("-", "").lower()
    return compact if len(compact) == 32 and set(compact) <= set("0123456789abcdef") else None


@dataclass(frozen=True, slots=True)
class AuthorRecord:
    """What is known of one author on one platform."""

    posts: int
    flagged: int
    decided: list[tuple[Words, int]]  # for each action of people its title and how often, strikes first


def author_record(post: Post) -> AuthorRecord | None:
    """None for a post whose platform did not name its author."""
    if not post.author:
        return None
    actions = sorted(taken_by_people(), key=lambda each: not each.counts_as_strike)
    figures = Post.objects.filter(platform=post.platform_id, author=post.author).aggregate(
        posts=Count("pk"),
        flagged=Count("pk", filter=Q(flagged=True)),
        **{f"outcome_{each.outcome}": Count("pk", filter=Q(outcome=each.outcome)) for each in actions},
    )
    decided = [(each.title, figures[f"outcome_{each.outcome}"]) for each in actions]
    return AuthorRecord(figures["posts"], figures["flagged"], decided)


def _judged() -> Q:
    """Posts with an outcome that people give; a policy may have given it too."""
    return Q(outcome__in=[each.outcome for each in taken_by_people()])


def similar_decisions(post: Post, limit: int = 5) -> list[Post]:
    """The author's latest decided posts that a person saw, those with the same text first."""
    if not post.author:
        return []
    decided = Post.objects.filter(_judged(), platform=post.platform_id, author=post.author)
    return list(decided.exclude(pk=post.pk).select_related("submission").order_by("-closed_at")[:limit])


@dataclass(frozen=True, slots=True)
class PlatformRecord:
    """What people made of one platform's posts."""

    posts: int
    waiting: int
    removed_share: float | None


def platform_record(platform: Platform) -> PlatformRecord:
    """`removed_share` is among posts that a person decided; all of it counts the last 30 days."""
    posts = Post.objects.filter(platform=platform, received_at__gte=Now() - timedelta(days=30))
    figures = posts.aggregate(
        posts=Count("pk"),
        waiting=Count("pk", filter=Q(state=Post.State.QUEUED)),
        removed=Count("pk", filter=Q(outcome__in=strikes())),
        judged=Count("pk", filter=_judged()),
    )
    share = figures["removed"] / figures["judged"] if figures["judged"] else None
    return PlatformRecord(figures["posts"], figures["waiting"], share)


def standing_review(reviews: Iterable[Review]) -> Review | None:
    """The judgement that holds, of one post's reviews in their order: an undo takes back only the one before it."""
    held: list[Review] = []
    for review in reviews:
        if review.verdict != UNDO:
            held.append(review)
        elif held:
            held.pop()
    return held[-1] if held else None


def decisions_of(post: Post) -> QuerySet[Decision]:
    """Every decision on the post, latest first, with the person who took it."""
    return Decision.objects.filter(submission=post.submission_id).select_related("review__by").order_by("-pk")


def post_of_platform(platform: Platform, reference: str) -> Post | None:
    """A platform's post by our id or its own; of several revisions the latest."""
    if "\0" in reference:
        return None
    posts = Post.objects.filter(platform=platform).select_related("submission")
    by_id = _uuid_or_none(reference)
    found = posts.filter(public_id=by_id).first() if by_id else None
    return found or posts.filter(external_id=reference).order_by("-revision").first()


def revisions_of(post: Post) -> list[Post]:
    """Other revisions of the same post, the latest first."""
    same = Post.objects.filter(platform=post.platform_id, external_id=post.external_id)
    return list(same.exclude(pk=post.pk).order_by("-revision")[:5])
