"""Judgements: confirmed, overridden, deferred, corrected, taken back; each whole or not at all."""

import pytest
from django.utils import timezone

from aimass_apps.people.models import User
from aimass_apps.submissions.decisions import current_decision
from aimass_apps.submissions.models import Review
from tests.support.visits import APPENDIX, CHEST, add_version, open_visit, override
from triage import intake, queries
from triage.intake import judgements
from triage.models import Assessment

pytestmark = pytest.mark.django_db


def test_confirming_records_review_decision_and_what_was_shown(ready: Assessment, clinician: User) -> None:
    review = intake.confirm(assessment=ready, by=clinician, seen=None, seconds=4.2, comment="as seen")
    ready.refresh_from_db()
    assert ready.state == Assessment.State.CLOSED
    assert ready.final_urgency == ready.urgency
    assert review.labels == {"condition": APPENDIX, "urgency": ready.urgency}
    assert review.shown["condition"] == APPENDIX
    [shown] = review.shown["versions"].values()
    assert shown["top"][APPENDIX] == 0.8
    assert Review.objects.get().comment == "as seen"
    decision = current_decision(ready.submission)
    assert decision.review == review
    assert decision.action == f"set_{ready.urgency}"
    assert decision.reverses.policy_version == ready.policy_version


def test_overriding_needs_a_coded_reason(ready: Assessment, clinician: User) -> None:
    for reason in ("", "because", "awaiting_tests"):
        with pytest.raises(intake.NotJudgeable):
            override(ready, clinician, reason=reason)
    assert not Review.objects.exists()
    review = override(ready, clinician)
    ready.refresh_from_db()
    assert (ready.final_urgency, review.reason) == ("self_care", "examination")
    assert review.labels == {"condition": "common_cold", "urgency": "self_care"}
    assert current_decision(ready.submission).reasons == ["examination"]


def test_an_override_that_changes_nothing_is_refused(ready: Assessment, clinician: User) -> None:
    with pytest.raises(intake.NotJudgeable, match="confirm it instead"):
        override(ready, clinician, condition=APPENDIX, urgency=ready.urgency)


def test_an_unknown_urgency_is_refused(ready: Assessment, clinician: User) -> None:
    with pytest.raises(intake.NotJudgeable):
        override(ready, clinician, urgency="tomorrow")


def test_below_the_safety_floor_only_with_a_comment(clinician: User) -> None:
    assessment = open_visit(clinician, CHEST, age_years=61.0)
    with pytest.raises(intake.NotJudgeable, match="safety rule"):
        override(assessment, clinician, comment="  ")
    assert not Review.objects.exists()
    override(assessment, clinician, comment="Muscle strain, normal ECG and troponin twice.")
    assessment.refresh_from_db()
    assert assessment.final_urgency == "self_care"


def test_deferring_keeps_it_open(ready: Assessment, clinician: User) -> None:
    with pytest.raises(intake.NotJudgeable):
        intake.defer(assessment=ready, by=clinician, seen=None, reason="examination")
    first = intake.defer(assessment=ready, by=clinician, seen=None, reason="awaiting_tests")
    ready.refresh_from_db()
    assert ready.state == Assessment.State.DEFERRED
    assert list(queries.open_assessments(by=clinician)) == [ready]
    second = intake.confirm(assessment=ready, by=clinician, seen=first.pk)
    assert second.replaces == first


def test_a_colleague_may_take_up_what_was_deferred(ready: Assessment, clinician: User, colleague: User) -> None:
    first = intake.defer(assessment=ready, by=clinician, seen=None, reason="senior")
    assert intake.confirm(assessment=ready, by=colleague, seen=first.pk).by == colleague


def test_two_clinicians_at_once_one_is_told(ready: Assessment, clinician: User, colleague: User) -> None:
    intake.confirm(assessment=ready, by=clinician, seen=None)
    with pytest.raises(intake.NotJudgeable, match="ana"):
        override(ready, colleague)
    assert Review.objects.count() == 1


def test_a_correction_names_what_it_replaces(ready: Assessment, clinician: User) -> None:
    first = intake.confirm(assessment=ready, by=clinician, seen=None)
    second = override(ready, clinician, seen=first.pk)
    third = override(ready, clinician, seen=second.pk, condition=None, urgency="soon", reason="tests")
    assert [third.replaces, second.replaces, first.replaces] == [second, first, None]
    ready.refresh_from_db()
    assert ready.final_urgency == "soon"
    decisions = list(ready.submission.decisions.order_by("pk"))
    assert [decision.reverses for decision in decisions] == [None, *decisions[:-1]]


def test_only_the_judge_or_a_lead_corrects(ready: Assessment, clinician: User, colleague: User, lead: User) -> None:
    first = intake.confirm(assessment=ready, by=clinician, seen=None)
    with pytest.raises(intake.NotJudgeable, match="clinical lead"):
        override(ready, colleague, seen=first.pk)
    assert override(ready, lead, seen=first.pk).by == lead


def test_taking_back_waits_for_a_judgement_again(ready: Assessment, clinician: User) -> None:
    with pytest.raises(intake.NotJudgeable):
        intake.withdraw(assessment=ready, by=clinician, seen=None, reason="slip")
    first = intake.confirm(assessment=ready, by=clinician, seen=None)
    second = intake.withdraw(assessment=ready, by=clinician, seen=first.pk, reason="slip")
    ready.refresh_from_db()
    assert (ready.state, ready.final_urgency) == (Assessment.State.READY, "")
    assert list(queries.examples(timezone.now())) == []
    assert intake.confirm(assessment=ready, by=clinician, seen=second.pk).replaces == second


def test_nothing_is_half_written(ready: Assessment, clinician: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_given: object) -> None:
        raise RuntimeError("the database went away")

    monkeypatch.setattr(judgements, "record_decision", broken)
    with pytest.raises(RuntimeError):
        intake.confirm(assessment=ready, by=clinician, seen=None)
    ready.refresh_from_db()
    assert ready.state == Assessment.State.READY
    assert not Review.objects.exists()


def test_what_is_still_scored_is_not_judged(clinician: User) -> None:
    add_version("svm")
    assessment = open_visit(clinician)
    with pytest.raises(intake.NotJudgeable, match="still working"):
        intake.confirm(assessment=assessment, by=clinician, seen=None)
