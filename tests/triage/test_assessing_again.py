"""Assessing again: what was measured stays, with its time, and a lower urgency counts only with a reason."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from aimass_apps.people.models import User
from aimass_apps.submissions.decisions import current_decision
from aimass_apps.submissions.models import Review
from tests.support.visits import APPENDIX, MILD, add_version, answer, judge_url, open_visit, override, visit_url
from triage import intake, queries
from triage.decide import HELD, Reason, decide, load_policy
from triage.intake.again import PRESSURES, next_facts
from triage.knowledge.floor import Floor
from triage.levels import LEVELS, worst
from triage.models import Assessment
from triage.reasons import LowerReason

BEFORE, NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC), datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
LOW = {"systolic": 62.0, "diastolic": 30.0, "spo2": 96.0}
WHO = {"age": "30", "age_unit": "years", "sex": "female", "pregnant": "no"}
FORM = {"text": MILD, "oxygen": "", "consciousness": "", **WHO}


def _again(assessment: Assessment) -> str:
    return reverse("triage:reassess", args=[assessment.visit.public_id])


def _reassess(assessment: Assessment, by: User, **vitals: Any) -> Assessment:
    return intake.reassess(visit=assessment.visit, by=by, vitals=vitals, text=MILD)


@pytest.fixture
def shocked(clinician: User) -> Assessment:
    return open_visit(clinician, vitals=LOW)


@pytest.fixture
def held(shocked: Assessment, clinician: User) -> Assessment:
    """Measured again, and by itself less urgent than before."""
    return _reassess(shocked, clinician, systolic=118.0, diastolic=70.0)


@pytest.mark.parametrize(
    ("measured", "text", "vitals", "fresh"),
    [
        ({}, "Cough.", LOW, set()),
        ({"systolic": 62.0, "spo2": 96.0}, "Cough.", LOW, set()),
        ({"systolic": 64.0}, "Cough.", LOW | {"systolic": 64.0}, {"systolic"}),
        ({"pain": 3.0}, "Cough.", LOW | {"pain": 3.0}, {"pain"}),
        # Two pressures that can't both be right: the older one goes.
        ({"systolic": 30.0}, "Cough.", {"systolic": 30.0, "spo2": 96.0}, {"systolic"}),
        ({"diastolic": 90.0}, "Cough.", {"diastolic": 90.0, "spo2": 96.0}, {"diastolic"}),
        ({"systolic": 120.0, "diastolic": 90.0}, "", {**LOW, "systolic": 120.0, "diastolic": 90.0}, set(PRESSURES)),
        # What only the text newly tells goes before an older value, not before one that was measured now.
        ({"spo2": 96.0}, "Cough. Sats 81.", {"systolic": 62.0, "diastolic": 30.0}, set()),
        ({"spo2": 95.0}, "Cough. Sats 81.", LOW | {"spo2": 95.0}, {"spo2"}),
        ({}, "Told before: HR 120.", LOW, set()),
    ],
)  # fmt: skip
def test_what_nobody_measured_again_stays_with_its_time(
    measured: dict[str, object], text: str, vitals: dict[str, float], fresh: set[str]
) -> None:
    before = {"age_years": 50, "vitals": LOW, "measured_at": dict.fromkeys(LOW, BEFORE.isoformat())}
    facts = next_facts(before, measured, told_before="Told before: HR 120.", text=text, now=NOW)
    assert facts["vitals"] == vitals
    assert facts["measured_at"] == {name: (NOW if name in fresh else BEFORE).isoformat() for name in vitals}
    assert facts["age_years"] == 50


@pytest.mark.parametrize(("held", "own"), list(product((None, *LEVELS), LEVELS[:4])))
def test_what_stood_before_stands_for_every_pair_of_levels(held: Any, own: Any) -> None:
    made = decide({}, Floor(own, ()), load_policy(), held=held)
    assert made.urgency == worst(held, own)
    lower = made.urgency != own
    assert made.alone == (own if lower else None)
    assert (Reason(HELD, held, own) in made.reasons) == lower


@pytest.mark.django_db
def test_empty_vital_signs_keep_the_last(shocked: Assessment, at_desk: Client) -> None:
    assert shocked.urgency == "immediate"
    empty = dict.fromkeys(["systolic", "diastolic", "spo2", "heart_rate"], "")
    assert at_desk.post(_again(shocked), FORM | empty).status_code == 302
    again = Assessment.objects.get(current=True)
    assert again.submission.sealed_facts["vitals"] == LOW | {"hypercapnic": False}
    assert (again.urgency, again.sealed_outcome["floor"]) == ("immediate", "immediate")
    before = shocked.submission.sealed_facts["measured_at"]
    assert before.items() <= again.submission.sealed_facts["measured_at"].items()


@pytest.mark.django_db
def test_the_form_begins_with_the_last_values_and_their_time(shocked: Assessment, at_desk: Client) -> None:
    form = at_desk.get(_again(shocked)).context["form"]
    assert (form["systolic"].value(), form["spo2"].value(), form["heart_rate"].value()) == ("62", "96", None)
    assert form.fields["systolic"].help_text.startswith("as of ")
    assert not form.fields["heart_rate"].help_text
    sent = FORM | {"systolic": "62", "diastolic": "30", "spo2": "97"}
    # An unusual value that was ticked when it was measured is not asked about again.
    assert at_desk.post(_again(shocked), sent).status_code == 302
    assert at_desk.post(_again(shocked), sent | {"systolic": "61"}).status_code == 422


@pytest.mark.django_db
def test_the_page_tells_which_values_are_older(shocked: Assessment, at_desk: Client, clinician: User) -> None:
    earlier = shocked.asked_at - timedelta(minutes=50)
    facts = shocked.submission.sealed_facts
    shocked.submission.sealed_facts = facts | {"measured_at": dict.fromkeys(LOW, earlier.isoformat())}
    shocked.submission.save()
    _reassess(shocked, clinician, spo2=97.0)
    rows = at_desk.get(visit_url(shocked)).context["vital_rows"]
    assert [(str(row.label), row.since) for row in rows] == [
        ("Systolic pressure", earlier), ("Diastolic pressure", earlier), ("Oxygen saturation", None),
    ]  # fmt: skip


@pytest.mark.django_db
def test_a_visit_from_before_times_were_kept_has_those_of_its_assessment(shocked: Assessment, clinician: User) -> None:
    facts = shocked.submission.sealed_facts
    del facts["measured_at"]
    shocked.submission.save()
    again = _reassess(shocked, clinician, spo2=97.0)
    times = again.submission.sealed_facts["measured_at"]
    assert times["systolic"] == shocked.asked_at.isoformat()
    assert times["spo2"] > times["systolic"]


@pytest.mark.django_db
def test_a_lower_urgency_is_shown_and_does_not_count_without_a_reason(
    held: Assessment, at_desk: Client, clinician: User
) -> None:
    assert (held.urgency, held.held, held.sealed_outcome["alone"]) == ("immediate", "immediate", "soon")
    assert [each.urgency for each in queries.open_assessments(by=clinician)] == ["immediate"]
    decision = current_decision(held.submission)
    assert decision.action == "propose_immediate"
    assert {"code": "held", "level": "immediate", "detail": "soon"} in decision.reasons
    page = at_desk.get(visit_url(held)).content.decode()
    assert "This assessment by itself is less urgent" in page
    assert "Take the lower one" in page


@pytest.mark.django_db
def test_with_a_reason_it_counts_and_still_waits_for_a_judgement(held: Assessment, at_desk: Client) -> None:
    assert at_desk.post(judge_url(held, "lower"), {}).status_code == 422
    assert at_desk.post(judge_url(held, "lower"), {"reason": "examination"}).status_code == 422
    assert not Review.objects.exists()
    assert at_desk.post(judge_url(held, "lower"), {"reason": "treated", "comment": "two litres"}).status_code == 302
    held.refresh_from_db()
    assert (held.state, held.urgency, held.final_urgency) == (Assessment.State.READY, "soon", "")
    review = Review.objects.get()
    assert (review.verdict, review.reason, review.comment) == ("lower", "treated", "two litres")
    assert (review.shown["urgency"], review.shown["alone"]) == ("immediate", "soon")
    page = at_desk.get(visit_url(held)).content.decode()
    assert str(LowerReason.TREATED.label) in page
    assert "by itself is less urgent" not in page
    assert list(queries.examples(datetime.now(UTC))) == []
    again = at_desk.post(judge_url(held, "lower"), {"seen": review.pk, "reason": "treated"})
    assert again.status_code == 422
    assert "No lower urgency waits" in again.content.decode()


@pytest.mark.django_db
def test_taken_back_the_higher_one_stands_again(held: Assessment, clinician: User) -> None:
    lowered = intake.lower(assessment=held, by=clinician, seen=None, reason="improved")
    intake.withdraw(assessment=held, by=clinician, seen=lowered.pk, reason="slip")
    held.refresh_from_db()
    assert (held.urgency, held.lowered, held.state) == ("immediate", False, Assessment.State.READY)


@pytest.mark.django_db
def test_confirming_confirms_what_stands(held: Assessment, clinician: User) -> None:
    intake.confirm(assessment=held, by=clinician, seen=None)
    held.refresh_from_db()
    assert held.final_urgency == "immediate"
    with pytest.raises(intake.NotJudgeable, match="No lower"):
        intake.lower(assessment=held, by=clinician, seen=Review.objects.get().pk, reason="improved")


@pytest.mark.django_db
def test_a_judgement_stands_before_what_was_proposed(shocked: Assessment, clinician: User) -> None:
    override(shocked, clinician, urgency="urgent", comment="Arterial line reads 104.")
    held = _reassess(shocked, clinician, systolic=118.0, diastolic=70.0)
    assert (held.held, held.urgency, held.sealed_outcome["alone"]) == ("urgent", "urgent", "soon")


@pytest.mark.django_db
def test_what_was_held_is_held_on_and_what_was_lowered_is_not(held: Assessment, clinician: User) -> None:
    third = _reassess(held, clinician)
    assert (third.held, third.urgency) == ("immediate", "immediate")
    intake.lower(assessment=third, by=clinician, seen=None, reason="remeasured")
    fourth = _reassess(third, clinician)
    assert (fourth.held, fourth.urgency, fourth.sealed_outcome["alone"]) == ("soon", "soon", None)
    fifth = _reassess(fourth, clinician, systolic=61.0, diastolic=30.0)
    assert (fifth.urgency, fifth.sealed_outcome["alone"]) == ("immediate", None)


@pytest.mark.django_db
@pytest.mark.parametrize("reassessed_at_once", [True, False])
def test_models_that_are_late_for_the_earlier_one_change_nothing_behind_it(
    clinician: User, reassessed_at_once: bool, at_desk: Client
) -> None:
    add_version("svm")
    first = open_visit(clinician, vitals=LOW)
    if not reassessed_at_once:
        answer(first, "svm", {APPENDIX: 1.0})
    second = _reassess(first, clinician, systolic=118.0, diastolic=70.0)
    assert second.state == Assessment.State.SCORING
    assert at_desk.get(visit_url(second)).context["level"] == "immediate"
    answer(second, "svm", {"common_cold": 1.0})
    assert second.urgency == "immediate"
    answer(first, "svm", {APPENDIX: 1.0})
    assert (first.state, first.urgency) == (Assessment.State.READY, "immediate")


@pytest.mark.django_db
def test_the_database_refuses_a_lower_urgency_that_nobody_took(held: Assessment) -> None:
    with pytest.raises(IntegrityError, match="assessment_lowered_by_a_person"), transaction.atomic():
        Assessment.objects.filter(pk=held.pk).update(urgency="soon")
    for before, own in product(LEVELS, LEVELS):
        change = {"held": before, "urgency": own}
        if LEVELS.index(own) > LEVELS.index(before):
            with pytest.raises(IntegrityError), transaction.atomic():
                Assessment.objects.filter(pk=held.pk).update(**change)
        else:
            Assessment.objects.filter(pk=held.pk).update(**change)


def test_who_it_is_can_be_put_right(shocked: Assessment, at_desk: Client) -> None:
    assert 'value="30"' in at_desk.get(_again(shocked)).content.decode()
    right = {"age": "8", "age_unit": "months", "sex": "male", "pregnant": ""}
    assert at_desk.post(_again(shocked), FORM | right).status_code == 302
    facts = Assessment.objects.get(visit=shocked.visit, current=True).submission.sealed_facts
    assert (round(facts["age_years"], 2), facts["sex"], facts["pregnant"]) == (0.67, "male", None)
    assert facts["vitals"]["systolic"] == 62
