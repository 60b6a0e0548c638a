"""What the pages read. Every clinician sees the whole department's list, in the same order."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Case, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery, Value, When

from aimass_apps.people.models import User
from aimass_apps.people.sealing import keyed_hash
from aimass_apps.submissions.desk import Example
from aimass_apps.submissions.models import Review
from triage import DESK
from triage.levels import LEVELS
from triage.metrics import URGENCY
from triage.models import Assessment, Visit


def reference_hash(reference: str) -> str:
    """The keyed hash that finds a reference again, however it was spaced or capitalised; "" for none."""
    plain = " ".join(reference.split()).casefold()
    return keyed_hash(f"reference:{plain}") if plain else ""


def open_assessments(*, by: User, mine: bool = False, urgency: str = "") -> QuerySet[Assessment]:
    """Current assessments without a final judgement: the most urgent first, then the longest wait, for everyone alike.

    One whose urgency is not known yet comes before all that are known.
    """
    rank = Case(
        *(When(urgency=level, then=Value(place)) for place, level in enumerate(LEVELS, start=1)),
        default=Value(0),
        output_field=IntegerField(),
    )
    found = _listed().filter(current=True).exclude(state=Assessment.State.CLOSED)
    if mine:
        found = found.filter(visit__opened_by=by)
    if urgency:
        found = found.filter(urgency=urgency)
    return found.annotate(rank=rank).order_by("rank", "visit__opened_at", "pk")


def closed_assessments(*, by: User, mine: bool = False, urgency: str = "") -> QuerySet[Assessment]:
    """Judged assessments, the latest judgement first."""
    judged_at = Review.objects.filter(submission=OuterRef("submission"), replaced_by=None).values("at")[:1]
    found = _listed().filter(current=True, state=Assessment.State.CLOSED)
    if mine:
        found = found.filter(submission__reviews__by=by, submission__reviews__replaced_by=None)
    if urgency:
        found = found.filter(final_urgency=urgency)
    return found.annotate(judged_at=Subquery(judged_at)).order_by("-judged_at", "-pk")


def _listed() -> QuerySet[Assessment]:
    # A list shows no symptoms: neither text nor outcome is read, so neither is opened.
    return Assessment.objects.select_related("visit__opened_by", "submission").defer(
        "sealed_outcome", "submission__sealed_text"
    )


def with_reference(reference: str) -> QuerySet[Assessment]:
    """Current assessments of the visits with this reference, the newest first."""
    found = reference_hash(reference)
    if not found:
        return _listed().none()
    return _listed().filter(current=True, visit__reference_hash=found).order_by("-visit__opened_at")


def visit_history(visit: Visit) -> list[Assessment]:
    """Every assessment of a visit, the newest first, with its judgements."""
    judgements = Review.objects.select_related("by").order_by("id")
    return list(
        visit.assessments.select_related("submission", "asked_by")
        .prefetch_related(
            Prefetch("submission__reviews", queryset=judgements),
        )
        .order_by("-pk")
    )


def examples(until: datetime) -> Iterator[Example]:
    """The latest confirming or overriding judgement of each assessment up to a moment, as training rows.

    A judgement that was taken back, or that only deferred, teaches nothing.
    """
    judged = (
        Review.objects.filter(submission__desk=DESK, at__lte=until)
        .filter(Q(replaced_by=None) | Q(replaced_by__at__gt=until))
        .filter(verdict__in=["confirm", "override"])
        .select_related("submission")
        .order_by("pk")
    )
    for review in judged.iterator(chunk_size=500):
        yield Example(
            submission=review.submission,
            review=review,
            labels=_targets(review.labels),
            weight=review.sampling_weight,
        )


def _targets(labels: dict[str, str | None]) -> dict[str, bool]:
    """What a model is to answer: the condition, where one was named, and the urgency, as `label_space` names them."""
    condition, urgency = labels.get("condition"), labels.get("urgency")
    targets = {condition: True} if condition else {}
    return targets | ({f"{URGENCY}{urgency}": True} if urgency else {})
