"""Bad input is named by field, and nothing is written."""

import pytest
from django.test import Client
from django.urls import reverse

from aimass_apps.people.models import User
from aimass_apps.submissions.models import Review, Submission
from tests.support.visits import GOOD, judge_url, open_visit, visit_url
from triage.labels import all_labels, find_condition
from triage.models import Assessment, Visit

pytestmark = pytest.mark.django_db

NEWBORN = {"heart_rate": "130", "respiratory_rate": "40", "systolic": "", "diastolic": ""}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"age": ""}, "age"),
        ({"age": "-1"}, "age"),
        ({"age": "abc"}, "age"),
        ({"age": "nan"}, "age"),
        ({"age": "1e999"}, "age"),
        ({"age": "126"}, "age"),
        ({"age": "40", "age_unit": "months"}, "age"),
        ({"age_unit": "weeks"}, "age_unit"),
        ({"sex": ""}, "sex"),
        ({"sex": "x"}, "sex"),
        ({"pregnant": "yes"}, "pregnant"),
        ({"pregnant": "maybe"}, "pregnant"),
        ({"pregnant": "after_birth"}, "pregnant"),
        ({"pregnant": "after_birth", "sex": "female"}, "checked"),
        ({"text": ""}, "text"),
        ({"text": "   \n "}, "text"),
        ({"text": "..."}, "text"),
        ({"text": "a\x00b"}, "text"),
        ({"text": "a" * 20_001}, "text"),
        ({"reference": "r" * 81}, "reference"),
        ({"heart_rate": "9"}, "heart_rate"),
        ({"heart_rate": "fast"}, "heart_rate"),
        ({"spo2": "101"}, "spo2"),
        ({"temperature": "101"}, "temperature"),
        ({"temperature": "inf"}, "temperature"),
        ({"glucose": "110"}, "glucose"),
        ({"systolic": "80", "diastolic": "90"}, "diastolic"),
        ({"pain": "11"}, "pain"),
        ({"consciousness": "drunk"}, "consciousness"),
        ({"oxygen": "perhaps"}, "oxygen"),
        ({"heart_rate": "190"}, "checked"),
        ({"age": "110"}, "checked"),
    ],
)
def test_bad_input_is_named_and_nothing_is_written(at_desk: Client, changed: dict[str, str], field: str) -> None:
    answer = at_desk.post(reverse("triage:new_visit"), GOOD | changed)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {field}
    assert not Visit.objects.exists()
    assert not Submission.objects.exists()


def test_units_are_guessed_in_words(at_desk: Client) -> None:
    page = at_desk.post(reverse("triage:new_visit"), GOOD | {"temperature": "101.3"}).content.decode()
    assert "101.3 °F is 38.5 °C" in page


@pytest.mark.parametrize(
    ("age", "unit", "years"), [("7", "months", 0.5833), ("10", "days", 0.0274), ("2,5", "years", 2.5), ("0", "days", 0)]
)
def test_ages_of_small_children(at_desk: Client, age: str, unit: str, years: float) -> None:
    young = {
        "age": age,
        "age_unit": unit,
        "heart_rate": "120",
        "respiratory_rate": "30",
        "systolic": "",
        "diastolic": "",
    }
    assert at_desk.post(reverse("triage:new_visit"), GOOD | young).status_code == 302
    assert Submission.objects.get().sealed_facts["age_years"] == years


def test_an_unusual_value_is_asked_about_once_and_again_when_changed(at_desk: Client) -> None:
    new = reverse("triage:new_visit")
    asked = at_desk.post(new, GOOD | {"heart_rate": "190"})
    assert 'value="heart_rate:190"' in asked.content.decode()
    other = at_desk.post(new, GOOD | {"heart_rate": "200", "checked": "heart_rate:190"})
    assert other.status_code == 422
    assert at_desk.post(new, GOOD | {"heart_rate": "190", "checked": "heart_rate:190"}).status_code == 302


@pytest.mark.parametrize(
    ("answer", "facts"),
    [("", (None, False)), ("no", (False, False)), ("yes", (True, False)), ("after_birth", (False, True))],
)
def test_pregnancy_and_the_weeks_after_it_reach_the_facts_and_the_floor(
    at_desk: Client, answer: str, facts: tuple[bool | None, bool]
) -> None:
    given = {"age": "31", "sex": "female", "pregnant": answer, "heart_rate": "122", "text": "Unwell since today."}
    assert at_desk.post(reverse("triage:new_visit"), GOOD | given).status_code == 302
    kept = Submission.objects.get().sealed_facts
    assert (kept["pregnant"], kept["after_birth"]) == facts
    assessment = Assessment.objects.get()
    assert (assessment.urgency == "very_urgent") == any(facts)
    page = at_desk.get(visit_url(assessment)).content.decode()
    assert ("Gave birth within 6 weeks" in page) == facts[1]
    assert ("Early warning in pregnancy or after birth: pulse 122" in page) == any(facts)


def test_what_is_unusual_depends_on_age(at_desk: Client) -> None:
    baby = {
        "age": "3",
        "age_unit": "months",
        "heart_rate": "190",
        "respiratory_rate": "40",
        "systolic": "",
        "diastolic": "",
    }
    assert at_desk.post(reverse("triage:new_visit"), GOOD | baby).status_code == 302


@pytest.mark.parametrize(
    ("verdict", "given", "said"),
    [
        ("override", {"urgency": "urgent", "reason": ""}, "reason"),
        ("override", {"urgency": "", "reason": "tests"}, "urgency"),
        ("override", {"urgency": "urgent", "reason": "tests", "condition": "no such thing"}, "condition"),
        ("override", {"urgency": "urgent", "reason": "awaiting_tests"}, "reason"),
        ("defer", {"reason": "tests"}, "reason"),
        ("defer", {}, "reason"),
        ("confirm", {"seen": "999"}, "__all__"),
        ("confirm", {"comment": "x" * 2001}, "comment"),
        ("withdraw", {"reason": "slip"}, "__all__"),
    ],
)
def test_a_bad_judgement_says_why_and_records_nothing(
    at_desk: Client, clinician: User, verdict: str, given: dict[str, str], said: str
) -> None:
    assessment = open_visit(clinician)
    answer = at_desk.post(judge_url(assessment, verdict), given)
    assert answer.status_code == 422
    assert set(answer.context[f"{verdict}_form"].errors) == {said}
    assert not Review.objects.exists()


def test_changing_by_the_offered_label(at_desk: Client, clinician: User) -> None:
    assessment = open_visit(clinician)
    label = all_labels()[3]
    given = {"urgency": "urgent", "reason": "tests", "condition": label, "comment": "seen on the scan"}
    assert at_desk.post(judge_url(assessment, "override"), given).status_code == 302
    review = Review.objects.get()
    assert review.labels == {"condition": find_condition(label).id, "urgency": "urgent"}
    page = at_desk.get(visit_url(assessment)).content.decode()
    assert "Test results" in page
    assert "seen on the scan" in page


def test_every_offered_condition_is_found_again() -> None:
    assert [label for label in all_labels() if find_condition(label) is None] == []
    assert find_condition("") is None
