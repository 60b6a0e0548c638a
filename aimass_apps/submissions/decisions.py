"""What the desks do about submissions: append-only, each decision but the first reversing the one before."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from aimass_apps.submissions.models import Decision, Review, Submission


@dataclass(frozen=True)
class NewDecision:
    """A policy's first decision on a submission."""

    submission: Submission
    action: str
    policy_version: str
    reasons: list[Any] = field(default_factory=list)


def current_decision(submission: Submission) -> Decision | None:
    """The decision in force: the one that nothing reverses."""
    return submission.decisions.filter(reversed_by=None).first()


def record_decision(
    *,
    submission: Submission,
    action: str,
    reasons: Sequence[Any],
    review: Review | None = None,
    policy_version: str = "",
) -> Decision:
    """Write a decision of a person (with their review) or of a policy; it reverses the one in force."""
    with transaction.atomic():
        Submission.objects.select_for_update().get(pk=submission.pk)
        return Decision.objects.create(
            submission=submission,
            action=action,
            reasons=list(reasons),
            review=review,
            policy_version=policy_version,
            reverses=current_decision(submission),
        )


def record_decisions(new: Sequence[NewDecision]) -> list[Decision]:
    """Write many first decisions in one statement (the database refuses a second first one)."""
    return Decision.objects.bulk_create(
        Decision(
            submission=each.submission,
            action=each.action,
            policy_version=each.policy_version,
            reasons=each.reasons,
        )
        for each in new
    )
