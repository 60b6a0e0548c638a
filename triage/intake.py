"""The only writer of the desk: visits are opened, proposals settled, judgements recorded, each in one transaction.

What HL7 EHR-S FM CPS.3.8 asks for is in every Review: what was shown, whether it was accepted or overridden, why.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from aimass_apps.inference.text.language import detect_language, languages_to_ask
from aimass_apps.people.models import User
from aimass_apps.submissions.decisions import NewDecision, record_decisions
from aimass_apps.submissions.erasing import erase_submissions
from aimass_apps.submissions.ledger import Question, ask
from aimass_apps.submissions.models import Prediction, Review, Submission
from aimass_apps.submissions.settling import settle_complete
from triage import DESK
from triage.again import first_facts, next_facts, with_times
from triage.judgements import CONFIRM, DEFER, LOWER, OVERRIDE, WITHDRAW, NotJudgeable, judge
from triage.knowledge.scales import LEVELS
from triage.live_ensemble import ensemble_for, in_force
from triage.models import Assessment, Visit
from triage.proposal import propose
from triage.queries import reference_hash
from triage.reasons import DeferReason, LowerReason, OverrideReason, WithdrawReason

State = Assessment.State
__all__ = ["NotJudgeable"]


def open_visit(
    *,
    by: User,
    reference: str,
    age_years: float,
    sex: str,
    pregnant: bool | None,
    vitals: Mapping[str, object],
    text: str,
    after_birth: bool = False,
    is_demo: bool = False,
    opened_at: datetime | None = None,
) -> Assessment:
    """Open a visit and ask the models, ahead of everything else that waits for them.

    `opened_at` is when the person arrived, where that was earlier than now; `after_birth`: within six weeks after it.
    """
    who = {"age_years": age_years, "sex": sex, "pregnant": pregnant, "after_birth": after_birth}
    facts = first_facts({**who, "vitals": dict(vitals)}, timezone.now())
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
    """Ask again with new words and vital signs; the visit's earlier assessment stays as it was, and ends its turn.

    A vital sign that is not given keeps its last value. What stood before stands until somebody gives a reason for a
    lower urgency (`lower`).
    """
    with transaction.atomic():
        Visit.objects.select_for_update().get(pk=visit.pk)
        before = visit.assessments.get(current=True)
        # From here on nothing raises the earlier one any more: what it holds is what stands.
        stop_waiting(assessment=before)
        before = visit.assessments.select_related("submission").get(current=True)
        visit.assessments.filter(current=True).update(current=False)
        facts = with_times(before.submission.sealed_facts or {}, before.asked_at)
        facts = next_facts(facts, vitals, told_before=before.submission.content, text=text, now=timezone.now())
        return _ask(visit=visit, by=by, text=text, facts=facts, held=before.final_urgency or before.urgency)


def _ask(*, visit: Visit, by: User, text: str, facts: dict[str, Any], held: str = "") -> Assessment:
    languages = languages_to_ask(text)
    question = Question(text=text, language=detect_language(text), languages=languages, facts=facts)
    [submission] = ask(desk=DESK, questions=[question], lane=Prediction.Lane.INTERACTIVE)
    assessment = Assessment.objects.create(
        visit=visit,
        submission=submission,
        asked_by=by,
        held=held,
        ensemble=ensemble_for(languages, submission.content_hash),
    )
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
    waiting = _lockable().filter(submission__in=known, state=State.SCORING)
    assessments = list(waiting.order_by("pk"))
    _write_proposals([(assessment, known[assessment.submission_id]) for assessment in assessments], late=False)


def _lockable() -> QuerySet[Assessment]:
    """Assessments to be locked, with their ensemble but not its long texts."""
    wanted = Assessment.objects.select_for_update(of=("self",)).select_related("ensemble")
    return wanted.defer("ensemble__manifest", "ensemble__card")


def stop_waiting(*, assessment: Assessment) -> None:
    """Propose from the answers that are there: the clinician does not wait for a model that is late."""
    with transaction.atomic():
        Submission.objects.select_for_update().get(pk=assessment.submission_id)
        locked = _lockable().get(pk=assessment.pk)
        if locked.state != State.SCORING:
            return
        answers = Prediction.objects.select_related("version").order_by("id")
        submission = Submission.objects.prefetch_related(Prefetch("predictions", queryset=answers)).get(
            pk=assessment.submission_id
        )
        _write_proposals([(locked, submission)], late=True)


def _write_proposals(pairs: list[tuple[Assessment, Submission]], *, late: bool) -> None:
    decisions = []
    for assessment, submission in pairs:
        proposal = propose(submission, ensemble=in_force(assessment.ensemble), late=late, held=assessment.held)
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
    """Accept the proposed urgency and the condition that was shown first. `seen`: see `judge`."""
    return judge(assessment=assessment, by=by, seen=seen, verdict=CONFIRM, comment=comment, seconds=seconds, reason="")


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
    return judge(
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
    return judge(
        assessment=assessment, by=by, seen=seen, verdict=DEFER, comment=comment, seconds=seconds, reason=reason
    )


def lower(
    *,
    assessment: Assessment,
    by: User,
    seen: int | None,
    reason: str,
    comment: str = "",
    seconds: float | None = None,
) -> Review:
    """Let the lower urgency of a further assessment count, with a coded reason of `LowerReason`. Raises `NotJudgeable`.

    The visit still waits for a judgement.
    """
    if reason not in LowerReason.values:
        raise NotJudgeable(_("Choose why the lower urgency is right."))
    return judge(
        assessment=assessment, by=by, seen=seen, verdict=LOWER, comment=comment, seconds=seconds, reason=reason
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
    return judge(
        assessment=assessment, by=by, seen=seen, verdict=WITHDRAW, comment=comment, seconds=seconds, reason=reason
    )


def erase_visits(ids: Iterable[int]) -> None:
    """Remove visits with everything that was asked, answered, judged and decided about them."""
    wanted = list(ids)
    with transaction.atomic():
        erase_submissions(Assessment.objects.filter(visit__in=wanted).values_list("submission_id", flat=True))
        Visit.objects.filter(pk__in=wanted).delete()
