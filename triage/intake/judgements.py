"""One judgement of a clinician, checked and written in one transaction: Review, Decision and the assessment's state."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from aimass_apps.people.models import User
from aimass_apps.submissions.decisions import record_decision
from aimass_apps.submissions.models import Review, Submission
from aimass_apps.submissions.reviews import AlreadyReviewed, current_review, record_review
from triage.levels import LEVELS
from triage.llm import opinion
from triage.models import Assessment

CONFIRM, OVERRIDE, DEFER, WITHDRAW, LOWER = "confirm", "override", "defer", "withdraw", "lower"
State = Assessment.State


class NotJudgeable(ValueError):
    """The judgement can't be recorded; the message says why, in words for the clinician."""


def lower_urgency(assessment: Assessment) -> str:
    """What this assessment alone proposes, where that is less urgent than what stood before it; "" where it is not."""
    return str((assessment.sealed_outcome or {}).get("alone") or "")


_STATE_AFTER = {
    CONFIRM: State.CLOSED,
    OVERRIDE: State.CLOSED,
    DEFER: State.DEFERRED,
    WITHDRAW: State.READY,
    LOWER: State.READY,
}


def judge(
    *,
    assessment: Assessment,
    by: User,
    seen: int | None,
    verdict: str,
    comment: str,
    seconds: float | None,
    reason: str,
    condition: str | None = None,
    urgency: str = "",
) -> Review:
    """Write Review and Decision and the assessment's state. A correction is the same, and names what it replaces.

    `seen` is the id of the review that the person saw, None when there was none: if another one has been written
    since, nothing is recorded and `NotJudgeable` says who was first.
    """
    with transaction.atomic():
        # Submission before assessment, as settling does.
        submission = Submission.objects.select_for_update().get(pk=assessment.submission_id)
        locked = Assessment.objects.select_for_update().get(pk=assessment.pk)
        latest = current_review(submission)
        _check(locked, latest, by, verdict, seen)
        outcome = locked.sealed_outcome or {}
        if verdict == CONFIRM:
            condition, urgency = outcome.get("condition"), locked.urgency
        if verdict == OVERRIDE:
            _check_change(locked, outcome, condition, urgency, comment)
        judged = verdict in (CONFIRM, OVERRIDE)
        try:
            review = record_review(
                submission=submission,
                by=by,
                verdict=verdict,
                labels={"condition": condition, "urgency": urgency} if judged else {},
                reason=reason,
                comment=comment.strip() or None,
                shown=_shown(locked, submission),
                seconds=seconds,
                replaces=latest,
            )
        except AlreadyReviewed as error:
            raise NotJudgeable(_("Someone else judged this first: see their judgement.")) from error
        action = f"set_{urgency}" if judged else verdict
        record_decision(submission=submission, action=action, reasons=[reason] if reason else [], review=review)
        _move(locked, verdict, latest, urgency if judged else "")
    return review


def _move(assessment: Assessment, verdict: str, latest: Review | None, final: str) -> None:
    assessment.state = _STATE_AFTER[verdict]
    assessment.final_urgency = final
    if verdict == LOWER:
        assessment.lowered, assessment.urgency = True, lower_urgency(assessment)
    elif verdict == WITHDRAW and latest is not None and latest.verdict == LOWER:
        assessment.lowered, assessment.urgency = False, assessment.held
    assessment.save(update_fields=["state", "final_urgency", "lowered", "urgency"])


def _shown(assessment: Assessment, submission: Submission) -> dict[str, Any]:
    """What the page showed: the proposal's part as it stood, and what language models had said by then."""
    shown: dict[str, Any] = (assessment.sealed_outcome or {}).get("shown", {})
    lower = lower_urgency(assessment)
    standing = {"urgency": assessment.urgency, **({"alone": lower} if lower else {})}
    return {**shown, **standing, "versions": {**shown.get("versions", {}), **opinion.record(submission)}}


def _check(assessment: Assessment, latest: Review | None, by: User, verdict: str, seen: int | None) -> None:
    if assessment.state == State.SCORING:
        raise NotJudgeable(_("The models are still working on it."))
    if (latest.pk if latest else None) != seen:
        who = {"name": latest.by if latest else "?"}
        raise NotJudgeable(_("%(name)s judged this in the meantime: look at the visit again.") % who)
    closed = assessment.state == State.CLOSED
    if not assessment.current and not closed:
        raise NotJudgeable(_("There is a newer assessment of this visit: judge that one."))
    if verdict == LOWER and (closed or assessment.lowered or not lower_urgency(assessment)):
        raise NotJudgeable(_("No lower urgency waits for a reason."))
    if verdict == WITHDRAW and (latest is None or latest.verdict == WITHDRAW):
        raise NotJudgeable(_("There is no judgement to take back."))
    if closed and latest is not None and latest.by_id != by.pk and not by.has_perm("triage.correct_any"):
        raise NotJudgeable(_("Only the person who judged, or a clinical lead, corrects a judgement."))


def _check_change(
    assessment: Assessment, outcome: Mapping[str, Any], condition: str | None, urgency: str, comment: str
) -> None:
    if (condition, urgency) == (outcome.get("condition"), assessment.urgency):
        raise NotJudgeable(_("This is what was proposed: confirm it instead."))
    floor = outcome.get("floor")
    if floor and LEVELS.index(urgency) > LEVELS.index(floor) and not comment.strip():
        raise NotJudgeable(_("This is less urgent than a safety rule asks for: give the reason in the comment."))
