"""Who may open the pages of the desk."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from aimass_apps.people.models import User
from aimass_apps.people.roles import Role
from aimass_apps.submissions.models import Review
from tests.support.visits import GOOD, judge_url, open_visit, visit_url
from triage.models import Assessment, Visit

pytestmark = pytest.mark.django_db


def requests_of(assessment: Assessment) -> list[tuple[str, str]]:
    """Every address of the desk with the method that opens it."""
    visit = [assessment.visit.public_id]
    return [
        ("get", reverse("triage:visits")),
        ("post", reverse("triage:search")),
        ("get", reverse("triage:new_visit")),
        ("post", reverse("triage:new_visit")),
        ("get", reverse("triage:visit", args=visit)),
        ("get", reverse("triage:panel", args=visit)),
        ("post", reverse("triage:stop_waiting", args=visit)),
        ("get", reverse("triage:reassess", args=visit)),
        ("post", reverse("triage:reassess", args=visit)),
        *(("post", judge_url(assessment, verdict)) for verdict in ("confirm", "override", "defer", "withdraw")),
    ]


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.SENIOR_MODERATOR, Role.ML_ENGINEER, Role.ADMINISTRATOR])
def test_nobody_else_opens_any_page_of_the_desk(clinician: User, role: str) -> None:
    assessment = open_visit(clinician)
    client = Client()
    client.force_login(User.objects.create_user("other", role=role))
    for method, address in requests_of(assessment):
        answer = getattr(client, method)(address, GOOD if method == "post" else {})
        assert answer.status_code == 403, address
        assert "KX-77" not in answer.content.decode()
    assert (Visit.objects.count(), Review.objects.count()) == (1, 0)


def test_outsiders_are_sent_to_the_sign_in(clinician: User) -> None:
    for method, address in requests_of(open_visit(clinician)):
        answer = getattr(Client(), method)(address)
        assert answer.status_code == 302, address
        assert answer["Location"].startswith(reverse("sign_in"))


def test_clinicians_do_not_see_the_other_desk(at_desk: Client) -> None:
    assert at_desk.get("/moderation/").status_code == 403


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.CLINICAL_LEAD])
def test_the_department_shares_its_list(clinician: User, role: str) -> None:
    assessment = open_visit(clinician)
    client = Client()
    client.force_login(User.objects.create_user("other", role=role))
    assert visit_url(assessment) in client.get(reverse("triage:visits")).content.decode()
    assert client.get(visit_url(assessment)).status_code == 200


@pytest.mark.parametrize("name", ["visit", "panel", "reassess"])
def test_an_unknown_visit_is_not_found(at_desk: Client, name: str) -> None:
    assert at_desk.get(reverse(f"triage:{name}", args=[uuid4()])).status_code == 404


def test_wrong_methods_are_refused(at_desk: Client, clinician: User) -> None:
    assessment = open_visit(clinician)
    assert at_desk.get(judge_url(assessment, "confirm")).status_code == 405
    assert at_desk.post(visit_url(assessment)).status_code == 405


def test_an_address_that_only_looks_like_an_id_is_not_found(clinician: User) -> None:
    client = Client()
    client.force_login(clinician)
    assert client.post(f"/triage/assessments/{'-' * 36}/confirm/").status_code == 404
