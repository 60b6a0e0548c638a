"""The read-back: what is understood stands beside the text, is corrected there, and stays with the visit."""

import pytest
from django.test import Client
from django.urls import reverse

from aimass_apps.people.models import User
from tests.support.visits import open_visit, visit_url
from triage.models import Assessment

pytestmark = pytest.mark.django_db
FORM = {"age": "58", "age_unit": "years", "sex": "male", "text": "CP 2/24, sweaty. No fever. Wobbly plinth."}


def page(client: Client, **data: object) -> str:
    answer = client.post(reverse("triage:read"), data)
    assert answer.status_code == 200
    return answer.content.decode()


def test_findings_vital_signs_and_unused_words_are_shown(at_desk: Client) -> None:
    shown = page(at_desk, text="CP 2/24, sweaty, BP 82/40. No fever. Wobbly plinth.")
    assert all(part in shown for part in ("chest pain", "Systolic pressure 82 mmHg", "Does not have it", "plinth"))


def test_what_was_not_understood_is_said_to_be_so(at_desk: Client) -> None:
    assert "Nothing of this was understood" in page(at_desk, text="Qwrtzp plinth")
    assert "appears here while you write" in page(at_desk, text="")


def test_a_chip_is_corrected_and_put_back(at_desk: Client) -> None:
    shown = page(at_desk, text=FORM["text"], change="chest_pain|removed|chest pain")
    assert 'value="chest_pain|removed|chest pain"' in shown
    assert "put back" in shown
    again = page(at_desk, text=FORM["text"], corrected="chest_pain|removed|chest pain", change="chest_pain|present|")
    assert "put back" not in again


@pytest.mark.parametrize("change", ["nonsense", "fever|certain|", "no_such_thing|present|"])
def test_a_correction_that_no_page_sends_is_refused(change: str, at_desk: Client) -> None:
    assert at_desk.post(reverse("triage:read"), {"text": "Fever", "change": change}).status_code == 400


def test_findings_are_offered_by_their_names(at_desk: Client) -> None:
    shown = at_desk.post(reverse("triage:find"), {"find": "stiff neck"}).content.decode()
    assert "neck_stiffness|present|" in shown
    assert "No finding" in at_desk.post(reverse("triage:find"), {"find": "qwrtz"}).content.decode()


def test_corrections_are_kept_sealed_with_the_visit_and_shown(at_desk: Client) -> None:
    answer = at_desk.post(reverse("triage:new_visit"), {**FORM, "corrected": ["chest_pain|absent|chest pain"]})
    assert answer.status_code == 302
    assessment = Assessment.objects.get()
    assert assessment.submission.sealed_facts["corrections"] == [["chest_pain", "absent", "chest pain"]]
    shown = at_desk.get(answer["Location"]).content.decode()
    assert "What was understood" in shown
    assert "corrected" in shown


def test_a_vital_sign_of_the_text_stands_in_the_table_marked_as_such(clinician: User, at_desk: Client) -> None:
    assessment = open_visit(clinician, text="Dizzy. BP 92/60.")
    shown = at_desk.get(visit_url(assessment)).content.decode()
    assert "from the text" in shown
    assert "92 mmHg" in shown


def test_who_may_not_assess_reads_nothing(client: Client) -> None:
    assert client.post(reverse("triage:read"), {"text": "Fever"}).status_code in (302, 403)
