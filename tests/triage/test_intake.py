"""Opening visits, settling what the models said, asking again, and what is read back."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from aimass_apps.people.models import User
from aimass_apps.registry.models import Stage
from aimass_apps.submissions.decisions import current_decision
from aimass_apps.submissions.desk import desk_of
from aimass_apps.submissions.models import Decision, Prediction
from aimass_apps.submissions.settling import settle_complete
from tests.support.visits import APPENDIX, CHEST, add_version, answer, open_visit, override
from triage import intake, queries
from triage.models import Assessment

pytestmark = pytest.mark.django_db


def test_without_any_live_model_a_person_gets_it_at_once(clinician: User) -> None:
    assessment = open_visit(clinician)
    assert assessment.state == Assessment.State.READY
    assert assessment.urgency == "soon"
    assert assessment.sealed_outcome["models"] == []
    assert {reason["code"] for reason in assessment.sealed_outcome["reasons"]} >= {"no_models"}
    assert current_decision(assessment.submission).action == "propose_soon"


def test_it_waits_for_every_live_model_and_for_no_shadow(clinician: User) -> None:
    add_version("svm")
    add_version("bert")
    add_version("bert", Stage.SHADOW)
    assessment = open_visit(clinician)
    assert assessment.state == Assessment.State.SCORING
    answer(assessment, "svm", {APPENDIX: 1.0})
    assert assessment.state == Assessment.State.SCORING
    assessment.submission.predictions.filter(decisive=True, state="waiting").update(
        state="done", scores={APPENDIX: 0.9}, done_at=timezone.now()
    )
    settle_complete([assessment.submission_id])
    assessment.refresh_from_db()
    assert assessment.state == Assessment.State.READY
    assert [model["state"] for model in assessment.sealed_outcome["models"]] == ["done", "done"]


def test_a_visit_goes_before_posts(clinician: User) -> None:
    add_version("svm")
    assessment = open_visit(clinician)
    assert assessment.submission.predictions.get().lane == Prediction.Lane.INTERACTIVE


@pytest.mark.parametrize("scores", [None, {"common_cold": 1.0, "urgency:self_care": 1.0}])
def test_no_model_lowers_what_a_safety_rule_asks_for(clinician: User, scores: dict[str, float] | None) -> None:
    add_version("svm")
    assessment = open_visit(clinician, CHEST, age_years=61.0)
    answer(assessment, "svm", scores)
    assert assessment.urgency in {"immediate", "very_urgent"}
    assert assessment.sealed_outcome["red_flags"]


def test_a_failed_model_is_named_and_never_lowers(clinician: User) -> None:
    add_version("svm")
    assessment = open_visit(clinician)
    answer(assessment, "svm", None)
    assert assessment.state == Assessment.State.READY
    assert assessment.sealed_outcome["models"][0]["state"] == "failed"
    assert assessment.urgency == "soon"


def test_settling_many_takes_as_many_queries_as_settling_few(clinician: User) -> None:
    add_version("svm")
    counts = []
    for size in (2, 12):
        assessments = [open_visit(clinician) for _ in range(size)]
        ids = [assessment.submission_id for assessment in assessments]
        Prediction.objects.filter(submission__in=ids).update(
            state="done", scores={APPENDIX: 1.0}, done_at=timezone.now()
        )
        with CaptureQueriesContext(connection) as queries_made:
            settle_complete(ids)
        counts.append(len(queries_made))
        assert Assessment.objects.filter(submission__in=ids, state="ready").count() == size
        assert Decision.objects.filter(submission__in=ids).count() == size
    assert counts[0] == counts[1]


def test_a_late_model_is_not_waited_for_and_changes_nothing_later(clinician: User) -> None:
    add_version("svm")
    add_version("bert")
    assessment = open_visit(clinician)
    answer(assessment, "svm", {APPENDIX: 1.0})
    intake.stop_waiting(assessment=assessment)
    assessment.refresh_from_db()
    before = assessment.sealed_outcome
    assert assessment.state == Assessment.State.READY
    assert {model["kind"]: model["state"] for model in before["models"]} == {"svm": "done", "bert": "late"}
    intake.confirm(assessment=assessment, by=clinician, seen=None)
    answer(assessment, "bert", {"common_cold": 1.0})
    assert assessment.sealed_outcome == before
    assert assessment.state == Assessment.State.CLOSED
    assert assessment.submission.decisions.count() == 2


def test_assessing_again_keeps_who_and_measures_anew(ready: Assessment, clinician: User, colleague: User) -> None:
    again = intake.reassess(visit=ready.visit, by=colleague, vitals={"heart_rate": 130.0}, text=CHEST)
    ready.refresh_from_db()
    assert (ready.current, again.current) == (False, True)
    facts = again.submission.sealed_facts
    assert (facts["age_years"], facts["vitals"]) == (30.0, {"heart_rate": 130.0})
    assert again.asked_by == colleague
    with pytest.raises(intake.NotJudgeable, match="newer"):
        intake.confirm(assessment=ready, by=clinician, seen=None)


def test_the_database_refuses_two_current_assessments(ready: Assessment, clinician: User) -> None:
    other = open_visit(clinician)
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.filter(pk=other.pk).update(visit=ready.visit)


def test_examples_are_the_latest_judgements_up_to_a_moment(ready: Assessment, clinician: User) -> None:
    first = intake.confirm(assessment=ready, by=clinician, seen=None)
    between = timezone.now()
    override(ready, clinician, seen=first.pk, condition=None)
    [old], [new] = list(queries.examples(between)), list(queries.examples(timezone.now()))
    assert old.labels == {APPENDIX: True, f"urgency:{ready.urgency}": True}
    assert new.labels == {"urgency:self_care": True}
    space = set(desk_of("triage").label_space())
    assert {*old.labels, *new.labels} <= space


def test_the_list_is_in_the_same_order_for_everyone_urgency_then_waiting(clinician: User, colleague: User) -> None:
    now = timezone.now()
    theirs = open_visit(colleague, CHEST, age_years=61.0)
    young = open_visit(clinician, opened_at=now - timedelta(minutes=5))
    old = open_visit(clinician, opened_at=now - timedelta(minutes=50))
    urgent = open_visit(clinician, CHEST, age_years=61.0)
    for each in (clinician, colleague):
        assert list(queries.open_assessments(by=each)) == [theirs, urgent, old, young]
    assert list(queries.open_assessments(by=clinician, mine=True)) == [urgent, old, young]
    assert list(queries.open_assessments(by=clinician, urgency="soon")) == [old, young]


@pytest.mark.parametrize("written", ["KX-77 B", " kx-77  b ", "kx-77 b"])
def test_a_reference_is_found_however_it_is_written(clinician: User, written: str) -> None:
    assessment = open_visit(clinician, reference="KX-77 b")
    open_visit(clinician, reference="KX-77 BB")
    open_visit(clinician, reference="")
    assert list(queries.with_reference(written)) == [assessment]
    assert list(queries.with_reference("  ")) == []
