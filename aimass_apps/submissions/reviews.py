"""People's judgements, written once and corrected only by naming what they replace."""

from typing import Any

from django.db import transaction

from aimass_apps.people.models import User
from aimass_apps.submissions.models import Review, Submission


class AlreadyReviewed(ValueError):
    """Someone else judged this submission first; a correction must name the review it replaces."""


def current_review(submission: Submission) -> Review | None:
    """The judgement that counts: the one that nothing replaces."""
    return submission.reviews.filter(replaced_by=None).select_related("by").first()


def record_review(
    *,
    submission: Submission,
    by: User,
    verdict: str,
    labels: dict[str, Any],
    reason: str = "",
    comment: str | None = None,
    sampling_weight: float = 1.0,
    shown: dict[str, Any] | None = None,
    seconds: float | None = None,
    replaces: Review | None = None,
) -> Review:
    """Write one judgement. `seconds` is how long the person had it open; `shown` what the models said then.

    Raises `AlreadyReviewed` when the submission's latest review is not the one that `replaces` names.
    """
    with transaction.atomic():
        Submission.objects.select_for_update().get(pk=submission.pk)
        latest = current_review(submission)
        if latest != replaces:
            raise AlreadyReviewed(
                f"{latest.by if latest else 'nobody'} has reviewed this already: reload to see the review."
            )
        return Review.objects.create(
            submission=submission,
            by=by,
            verdict=verdict,
            labels=labels,
            reason=reason,
            comment=comment or None,
            sampling_weight=sampling_weight,
            shown=shown or {},
            seconds=seconds,
            replaces=replaces,
        )
