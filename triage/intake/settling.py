"""The models' answers become proposals."""

from django.db import transaction
from django.db.models import Prefetch, QuerySet

from aimass_apps.inference.kinds.ensemble.predictor import open_ensemble
from aimass_apps.submissions.decisions import NewDecision, record_decisions
from aimass_apps.submissions.models import Prediction, Submission
from triage.live_combiners import open_combiner
from triage.models import Assessment
from triage.proposal import propose
from triage.urgency.predictor import open_layer

State = Assessment.State


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
    """Assessments to be locked, with what combines their answers but not its long texts."""
    wanted = Assessment.objects.select_for_update(of=("self",)).select_related("ensemble", "urgency_layer")
    return wanted.defer(*(f"{each}__{long}" for each in ("ensemble", "urgency_layer") for long in ("manifest", "card")))


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
        proposal = propose(
            submission,
            ensemble=open_combiner(assessment.ensemble, open_ensemble),
            layer=open_combiner(assessment.urgency_layer, open_layer),
            late=late,
            held=assessment.held,
        )
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
