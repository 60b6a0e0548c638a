"""The only writer of the desk: visits are opened, proposals settled, judgements recorded, each in one transaction.

What HL7 EHR-S FM CPS.3.8 asks for is in every Review: what was shown, whether it was accepted or overridden, why.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _

from aimass_apps.inference.text.language import detect_language, languages_to_ask
from aimass_apps.people.models import User
from aimass_apps.submissions.decisions import NewDecision, record_decision, record_decisions
from aimass_apps.submissions.erasing import erase_submissions
from aimass_apps.submissions.ledger import Question, ask
from aimass_apps.submissions.models import Prediction, Review, Submission
from aimass_apps.submissions.reviews import AlreadyReviewed, current_review, record_review
from aimass_apps.submissions.settling import settle_complete
from triage import DESK
from triage.knowledge.scales import LEVELS
from triage.live_ensemble import ensemble_for, ensemble_versions
from triage.llm import opinion
from triage.models import Assessment, Visit
from triage.proposal import propose
from triage.queries import reference_hash
from triage.reasons import DeferReason, OverrideReason, WithdrawReason

CONFIRM, OVERRIDE, DEFER, WITHDRAW = "confirm", "override", "defer", "withdraw"
State = Assessment.State


class NotJudgeable(ValueError):
    """The judgement can't be recorded; the message says why, in words for the clinician."""


def open_visit(
    *,
    by: User,
    reference: str,
    age_years: float,
    sex: str,
    pregnant: bool | None,
    vitals: Mapping[str, object],
    text: str,
    is_demo: bool = False,
    opened_at: datetime | None = None,
) -> Assessment:
    """Open a visit and ask the models, ahead of everything else that waits for them.

    `opened_at` is when the person arrived, where that was earlier than now.
    """
    facts = {"age_years": age_years, "sex": sex, "pregnant": pregnant, "vitals": dict(vitals)}
    with transaction.atomic():
        visit = Visit.objects.create(
            opened_by=by,
            sealed_reference=reference.strip() or None,
            reference_hash=reference_hash(reference),
            is_demo=is_demo,
            **({"opened_at": opened_at} if opened_at else {}),
        )
        return _ask(visit=visit, by=by, text=text, facts=facts)


def reassess(*, visit: Visit, by: User, vitals: Mapping[str, object], text: str) -> Assessment:
    """Ask again with new words and vital signs; the visit's earlier assessment stays as it was, and ends its turn."""
    with transaction.atomic():
        Visit.objects.select_for_update().get(pk=visit.pk)
        before = visit.assessments.select_related("submission").get(current=True)
        visit.assessments.filter(current=True).update(current=False)
        facts = (before.submission.sealed_facts or {}) | {"vitals": dict(vitals)}
        return _ask(visit=visit, by=by, text=text, facts=facts)


def _ask(*, visit: Visit, by: User, text: str, facts: dict[str, Any]) -> Assessment:
    question = Question(text=text, language=detect_language(text), languages=languages_to_ask(text), facts=facts)
    [submission] = ask(desk=DESK, questions=[question], lane=Prediction.Lane.INTERACTIVE)
    assessment = Assessment.objects.create(visit=visit, submission=submission, asked_by=by)
    # Where no model is live there is no answer to wait for.
    settle_complete([submission.pk])
    assessment.refresh_from_db()
    return assessment


def settle(submissions: list[Submission]) -> None:
    """Turn the answers into proposals; called with locked submissions and their predictions.

    A failed or missing model is part of the proposal and never lowers it. An assessment that a clinician took
    without waiting for the models keeps what it has.
    """
    known = {submission.pk: submission for submission in submissions}
    waiting = Assessment.objects.select_for_update(of=("self",)).filter(submission__in=known, state=State.SCORING)
    assessments = list(waiting.order_by("pk"))
    _write_proposals([(assessment, known[assessment.submission_id]) for assessment in assessments], late=False)


def stop_waiting(*, assessment: Assessment) -> None:
    """Propose from the answers that are there: the clinician does not wait for a model that is late."""
    with transaction.atomic():
        Submission.objects.select_for_update().get(pk=assessment.submission_id)
        locked = Assessment.objects.select_for_update().get(pk=assessment.pk)
        if locked.state != State.SCORING:
            return
        answers = Prediction.objects.select_related("version").order_by("id")
        submission = Submission.objects.prefetch_related(Prefetch("predictions", queryset=answers)).get(
            pk=assessment.submission_id
        )
        _write_proposals([(locked, submission)], late=True)


def _write_proposals(pairs: list[tuple[Assessment, Submission]], *, late: bool) -> None:
    decisions = []
    ensembles = ensemble_versions() if pairs else []
    for assessment, submission in pairs:
        proposal = propose(submission, ensemble=ensemble_for(submission, ensembles), late=late)
        assessment.state = State.READY
        assessment.urgency = proposal.urgency
        assessment.sealed_outcome = proposal.outcome
        assessment.policy_version = proposal.policy_version
        decisions.append(
            NewDecision(
                submission=submission,
                action=f"propose_{proposal.urgency}",
                policy_version=proposal.policy_version,
                reasons=proposal.codes,
            )
        )
    Assessment.objects.bulk_update(
        [assessment for assessment, _submission in pairs], ["state", "urgency", "sealed_outcome", "policy_version"]
    )
    record_decisions(decisions)


def confirm(
    *, assessment: Assessment, by: User, seen: int | None, comment: str = "", seconds: float | None = None
) -> Review:
    """Accept the proposed urgency and the condition that was shown first. `seen`: see `_judge`."""
    return _judge(assessment=assessment, by=by, seen=seen, verdict=CONFIRM, comment=comment, seconds=seconds, reason="")


def override(
    *,
    assessment: Assessment,
    by: User,
    seen: int | None,
    condition: str | None,
    urgency: str,
    reason: str,
    comment: str = "",
    seconds: float | None = None,
) -> Review:
    """Record another condition, another urgency or both, with a coded reason of `OverrideReason`.

    Going below the safety floor needs a comment as well. Raises `NotJudgeable`.
    """
    if reason not in OverrideReason.values:
        raise NotJudgeable(_("Choose the reason for the change."))
    if urgency not in LEVELS:
        raise NotJudgeable(_("Choose an urgency."))
    return _judge(
        assessment=assessment, by=by, seen=seen, verdict=OVERRIDE, comment=comment, seconds=seconds, reason=reason,
        condition=condition, urgency=urgency,
    )  # fmt: skip


def defer(
    *,
    assessment: Assessment,
    by: User,
    seen: int | None,
    reason: str,
    comment: str = "",
    seconds: float | None = None,
) -> Review:
    """Leave the decision open, with a coded reason of `DeferReason`. Raises `NotJudgeable`."""
    if reason not in DeferReason.values:
        raise NotJudgeable(_("Choose what the decision waits for."))
    return _judge(
        assessment=assessment, by=by, seen=seen, verdict=DEFER, comment=comment, seconds=seconds, reason=reason
    )


def withdraw(
    *,
    assessment: Assessment,
    by: User,
    seen: int | None,
    reason: str,
    comment: str = "",
    seconds: float | None = None,
) -> Review:
    """Take a judgement back: the assessment waits for a clinician again. Raises `NotJudgeable`."""
    if reason not in WithdrawReason.values:
        raise NotJudgeable(_("Choose why it is taken back."))
    return _judge(
        assessment=assessment, by=by, seen=seen, verdict=WITHDRAW, comment=comment, seconds=seconds, reason=reason
    )


def erase_visits(ids: Iterable[int]) -> None:
    """Remove visits with everything that was asked, answered, judged and decided about them."""
    wanted = list(ids)
    with transaction.atomic():
        erase_submissions(Assessment.objects.filter(visit__in=wanted).values_list("submission_id", flat=True))
        Visit.objects.filter(pk__in=wanted).delete()


_STATE_AFTER = {CONFIRM: State.CLOSED, OVERRIDE: State.CLOSED, DEFER: State.DEFERRED, WITHDRAW: State.READY}


def _judge(
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
                shown=_shown(outcome, submission),
                seconds=seconds,
                replaces=latest,
            )
        except AlreadyReviewed as error:
            raise NotJudgeable(_("Someone else was first: look at their judgement.")) from error
        action = f"set_{urgency}" if judged else verdict
        record_decision(submission=submission, action=action, reasons=[reason] if reason else [], review=review)
        locked.state = _STATE_AFTER[verdict]
        locked.final_urgency = urgency if judged else ""
        locked.save(update_fields=["state", "final_urgency"])
    return review


def _shown(outcome: Mapping[str, Any], submission: Submission) -> dict[str, Any]:
    """What the page showed: the proposal's part, and what language models had said by then."""
    shown: dict[str, Any] = outcome.get("shown", {})
    said = opinion.record(submission)
    return {**shown, "versions": {**shown.get("versions", {}), **said}} if said else shown


def _check(assessment: Assessment, latest: Review | None, by: User, verdict: str, seen: int | None) -> None:
    if assessment.state == State.SCORING:
        raise NotJudgeable(_("The models are still at work on it."))
    if (latest.pk if latest else None) != seen:
        who = {"name": latest.by if latest else "?"}
        raise NotJudgeable(_("%(name)s judged this in the meantime: look at it again.") % who)
    closed = assessment.state == State.CLOSED
    if not assessment.current and not closed:
        raise NotJudgeable(_("There is a newer assessment of this visit: judge that one."))
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
        raise NotJudgeable(_("This is below what a safety rule asks for: say in the comment why."))
