"""The pages from the form to the record."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from aimass_apps.people.models import User
from aimass_apps.submissions.models import Review
from aimass_apps.submissions.settling import settle_complete
from tests.support.visits import GOOD, MILD, add_version, judge_url, open_visit, visit_url
from triage.knowledge.load import load_catalogue
from triage.models import Assessment

pytestmark = pytest.mark.django_db


def test_a_visit_from_the_form_to_the_judgement(at_desk: Client, clinician: User) -> None:
    answer = at_desk.post(reverse("triage:new_visit"), GOOD)
    assessment = Assessment.objects.get()
    assert answer["Location"] == visit_url(assessment)
    facts = assessment.submission.sealed_facts
    assert facts["age_years"] == 61
    assert facts["vitals"]["temperature"] == 36.9
    assert facts["vitals"]["oxygen"] is False
    page = at_desk.get(visit_url(assessment)).content.decode()
    assert "badge-grade-1" in page or "badge-grade-2" in page
    assert re.search(r"<mark[^>]*>[^<]*chest pain", page)
    assert "No model is live" in page
    assert "not for time-critical automatic use" in page
    at_desk.post(judge_url(assessment, "confirm"), {"seen": "", "opened": str(timezone.now().timestamp() - 3)})
    review = Review.objects.get()
    assert (review.verdict, review.by) == ("confirm", clinician)
    assert 2.5 <= review.seconds <= 60
    assert "confirm" in at_desk.get(visit_url(assessment)).content.decode().lower()


@pytest.fixture
def live_model() -> None:
    add_version("svm")


def test_the_page_waits_then_shows_models_and_stops_asking(at_desk: Client, clinician: User, live_model: None) -> None:
    assessment = open_visit(clinician, text="Crushing chest pain, sweating.", age_years=61.0)
    panel = reverse("triage:panel", args=[assessment.visit.public_id])
    waiting = at_desk.get(visit_url(assessment)).content.decode()
    assert 'hx-trigger="every 300ms"' in waiting
    assert "badge-grade-1" in waiting or "badge-grade-2" in waiting  # the rules need no model
    assert at_desk.get(panel).status_code == 204
    known = next(iter(load_catalogue().conditions.values()))
    assessment.submission.predictions.update(state="done", scores={known.id: 0.9}, done_at=timezone.now())
    settle_complete([assessment.submission_id])
    ready = at_desk.get(panel).content.decode()
    assert known.name in ready
    assert known.icd10 in ready
    assert "hx-get" not in ready
    assert 'hx-swap-oob="true"' in ready


def test_late_models_can_be_left_behind(at_desk: Client, clinician: User, live_model: None) -> None:
    assessment = open_visit(clinician)
    Assessment.objects.update(asked_at=timezone.now() - timedelta(seconds=9))
    panel = reverse("triage:panel", args=[assessment.visit.public_id])
    assert "Judge without the models" in at_desk.get(panel).content.decode()
    assert at_desk.get(f"{panel}?late=1").status_code == 204
    at_desk.post(reverse("triage:stop_waiting", args=[assessment.visit.public_id]))
    assessment.refresh_from_db()
    assert assessment.state == Assessment.State.READY
    assert "had not answered yet" in at_desk.get(visit_url(assessment)).content.decode()


def test_lists_filter_and_say_when_they_are_empty(at_desk: Client, clinician: User) -> None:
    visits = reverse("triage:visits")
    assert "Nobody is waiting" in at_desk.get(visits).content.decode()
    assert "Nothing decided yet" in at_desk.get(visits, {"tab": "closed"}).content.decode()
    assessment = open_visit(clinician)
    assert "No visit matches" in at_desk.get(visits, {"urgency": "immediate"}).content.decode()
    assert "KX-77" in at_desk.get(visits, {"urgency": "soon", "mine": "1"}).content.decode()
    assert at_desk.get(visits, {"urgency": "bogus", "page": "zz"}).status_code == 200
    at_desk.post(judge_url(assessment, "confirm"), {})
    assert "Nobody is waiting" in at_desk.get(visits).content.decode()
    assert "KX-77" in at_desk.get(visits, {"tab": "closed", "mine": "1", "urgency": "soon"}).content.decode()


def test_the_list_asks_as_much_for_many_as_for_few(
    at_desk: Client, clinician: User, django_assert_num_queries: Any
) -> None:
    open_visit(clinician)
    at_desk.get(reverse("triage:visits"))  # the first answer also writes the session
    with CaptureQueriesContext(connection) as few:
        at_desk.get(reverse("triage:visits"))
    for _ in range(6):
        open_visit(clinician)
    with django_assert_num_queries(len(few)):
        at_desk.get(reverse("triage:visits"))


def test_assessing_again_keeps_the_earlier_one_in_sight(at_desk: Client, clinician: User) -> None:
    first = open_visit(clinician)
    again = reverse("triage:reassess", args=[first.visit.public_id])
    assert MILD in at_desk.get(again).content.decode()
    who = {"age": "30", "age_unit": "years", "sex": "female", "pregnant": "no"}
    changed = who | {"text": "Now short of breath and blue lips.", "spo2": "85", "consciousness": "", "oxygen": ""}
    assert at_desk.post(again, changed).status_code == 302
    page = at_desk.get(visit_url(first)).content.decode()
    assert "Earlier assessments" in page
    assert "blue lips" in re.sub(r"<[^>]+>", "", page)
    assert at_desk.post(again, changed | {"spo2": "20"}).status_code == 422


def test_no_two_elements_of_the_page_of_a_visit_have_one_id(at_desk: Client, clinician: User) -> None:
    page = at_desk.get(visit_url(open_visit(clinician))).content.decode()
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert sorted(ids) == sorted(set(ids))


def test_form_and_text_that_disagree_are_named(at_desk: Client, clinician: User) -> None:
    assessment = open_visit(clinician, text="A 70-year-old man with a mild cold.", age_years=30.0, sex="female")
    page = at_desk.get(visit_url(assessment)).content.decode()
    assert "Form and text disagree" in page
