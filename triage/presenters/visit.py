"""What the pages of the desk show: rows of the lists, and everything about one visit."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from aimass_apps.people.models import User
from aimass_apps.submissions.models import Review
from triage import queries
from triage.forms.fields import AFTER_BIRTH, MEASURED
from triage.forms.judgement import ChangeForm, ConfirmForm, DeferForm, LowerForm, WithdrawForm
from triage.forms.visit import UNITS
from triage.intake.again import older_times
from triage.intake.judgements import lower_urgency
from triage.knowledge.corrections import read_corrections
from triage.labels import all_labels, label_of, name_of
from triage.levels import level_of, minutes_of, worst
from triage.llm import opinion
from triage.models import URGENCIES, Assessment, Visit
from triage.presenters import proposal
from triage.presenters.understood import packed, told_vitals, understood
from triage.proposal import preview
from triage.reasons import LABELS

LATE_AFTER = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class ListRow:
    """One visit in a list. `share` is the waiting time against the level's target, 1 when it is used up."""

    url: str
    again_url: str
    title: str
    who: str
    level: str
    state: str
    since: datetime
    waited: str
    overdue: bool
    mine: bool
    opened_by: str


def list_row(assessment: Assessment, by: User, now: datetime) -> ListRow:
    visit = assessment.visit
    level = assessment.final_urgency or assessment.urgency
    waited = max(0, int((now - visit.opened_at).total_seconds() // 60))
    closed = assessment.state == Assessment.State.CLOSED
    target = minutes_of(level)
    return ListRow(
        url=reverse("triage:visit", args=[visit.public_id]),
        again_url=reverse("triage:reassess", args=[visit.public_id]),
        title=visit.sealed_reference or _("No reference"),
        who=proposal.who_words(assessment.submission.sealed_facts or {}),
        level=level,
        state=assessment.state,
        since=visit.opened_at,
        waited=_waiting_words(waited, target),
        overdue=not closed and target is not None and waited > target,
        mine=visit.opened_by_id == by.pk,
        opened_by=str(visit.opened_by),
    )


def _waiting_words(waited: int, target: int | None) -> str:
    if target is None:
        return _("%(waited)d min") % {"waited": waited}
    if not target:
        return _("%(waited)d min, see at once") % {"waited": waited}
    return _("%(waited)d of %(target)d min") % {"waited": waited, "target": target}


def initial_measurements(assessment: Assessment) -> dict[str, Any]:
    """The form of a further assessment begins with the words and the vital signs of the last."""
    facts = assessment.submission.sealed_facts or {}
    vitals = facts.get("vitals", {})
    oxygen = {True: "yes", False: "no"}.get(vitals.get("oxygen"), "")
    numbers = {name: f"{value:g}" for name, value in vitals.items() if name in MEASURED}
    rest = {"consciousness": vitals.get("consciousness", ""), "hypercapnic": vitals.get("hypercapnic", False)}
    corrected = [packed(each) for each in read_corrections(facts.get("corrections"))]
    text = {"text": assessment.submission.content, "corrected": corrected}
    return {**text, **_initial_who(facts), **numbers, **rest, "oxygen": oxygen}


def _initial_who(facts: dict[str, Any]) -> dict[str, Any]:
    age = facts.get("age_years")
    unit = "years" if age is None or age >= 3 else "months" if age >= 0.25 else "days"
    count = "" if age is None else f"{round(age / UNITS[unit], 1):g}"
    said = "yes" if facts.get("pregnant") else "" if facts.get("pregnant") is None else "no"
    pregnant = AFTER_BIRTH if facts.get("after_birth") else said
    return {"age": count, "age_unit": unit, "sex": facts.get("sex") or "other", "pregnant": pregnant}


def visit_page(visit: Visit, by: User, now: datetime) -> dict[str, Any]:
    """Everything the page of a visit shows."""
    history = queries.visit_history(visit)
    current = next(assessment for assessment in history if assessment.current)
    scoring = current.state == Assessment.State.SCORING
    outcome = preview(current.submission) if scoring else current.sealed_outcome or {}
    review = _latest(current)
    return {
        "visit": visit,
        "assessment": current,
        "scoring": scoring,
        "late": scoring and now - current.asked_at > LATE_AFTER,
        "earlier": [_earlier(assessment) for assessment in history if not assessment.current],
        "record": [_record(each) for each in current.submission.reviews.all()],
        "review": review,
        "judged": current.state == Assessment.State.CLOSED,
        "may_correct": review is None or review.by_id == by.pk or by.has_perm("triage.correct_any"),
        "may_assess": by.has_perm("triage.assess"),
        "language": current.submission.language,
        **_held(current),
        **_words(current, outcome),
        **_forms(current, outcome, review, now),
    }


def _held(assessment: Assessment) -> dict[str, Any]:
    """What stood before, what this assessment by itself would be given where that is less, and whether it counts."""
    return {"held": assessment.held, "alone": lower_urgency(assessment), "lowered": assessment.lowered}


def _words(assessment: Assessment, outcome: dict[str, Any]) -> dict[str, Any]:
    facts = assessment.submission.sealed_facts or {}
    level = assessment.final_urgency or assessment.urgency or _least(assessment, outcome)
    condition = outcome.get("condition")
    said = opinion.opinions(assessment.submission, level)
    compared = opinion.with_columns(outcome, said)
    scores = proposal.score_rows(outcome)
    text, corrections = assessment.submission.content, read_corrections(facts.get("corrections"))
    return {
        "outcome": outcome,
        "text": text,
        "marks": proposal.marks(outcome),
        "who": proposal.who_words(facts),
        "level": level,
        "target": minutes_of(level),
        "flags": proposal.flag_rows(outcome),
        "reasons": proposal.reason_rows(outcome),
        "vital_rows": proposal.vital_rows(
            facts.get("vitals", {}), scores, older_times(facts, assessment.asked_at), told_vitals(text, corrections)
        ),
        "understood": understood(text, corrections),
        "scores": scores,
        "contradictions": proposal.contradiction_words(outcome),
        "condition_rows": proposal.condition_rows(compared),
        "model_names": [model["shown"] for model in proposal.answered(compared)],
        "opinions": said,
        "opinions_waiting": sum(each.state == opinion.WAITING for each in said),
        "language_model": opinion.destination() if said else {},
        "likely": proposal.likely_set(outcome),
        "unanswered": proposal.unanswered(outcome),
        "confirm_words": _("Confirm: %(urgency)s") % {"urgency": dict(URGENCIES)[level]} if level else _("Confirm"),
        "proposed_condition": name_of(condition) if condition else "",
    }


def _least(assessment: Assessment, outcome: dict[str, Any]) -> str:
    """What is sure before the models answer: what stood before, and what a safety rule asks for."""
    return worst(level_of(assessment.held), level_of(outcome.get("floor") or "")) or ""


def _forms(assessment: Assessment, outcome: dict[str, Any], review: Review | None, now: datetime) -> dict[str, Any]:
    seen = {"seen": review.pk if review else None, "opened": now.timestamp()}
    labels = review.labels if review else {}
    condition = labels.get("condition") or outcome.get("condition")
    change = {
        "urgency": assessment.final_urgency or assessment.urgency,
        "condition": label_of(condition) if condition else "",
    }
    return {
        "confirm_form": ConfirmForm(initial=seen, auto_id="confirm_%s"),
        "override_form": ChangeForm(initial=seen | change, auto_id="change_%s"),
        "defer_form": DeferForm(initial=seen, auto_id="defer_%s"),
        "lower_form": LowerForm(initial=seen, auto_id="lower_%s"),
        "withdraw_form": WithdrawForm(initial=seen, auto_id="withdraw_%s"),
        "condition_labels": all_labels(),
    }


def _latest(assessment: Assessment) -> Review | None:
    return next(iter(reversed(assessment.submission.reviews.all())), None)


def _record(review: Review) -> dict[str, Any]:
    """One judgement in words, for the record of the visit."""
    condition = review.labels.get("condition")
    return {
        "review": review,
        "level": review.labels.get("urgency", ""),
        "condition": name_of(condition) if condition else "",
        "reason": LABELS.get(review.reason, review.reason),
    }


def _earlier(assessment: Assessment) -> dict[str, Any]:
    review = _latest(assessment)
    return {
        "assessment": assessment,
        "level": assessment.final_urgency or assessment.urgency,
        "record": _record(review) if review else None,
        "text": assessment.submission.content,
    }
