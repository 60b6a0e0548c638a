"""The invented visits: loaded once, wiped in one step."""

import pytest
from django.db import connection

from aimass_apps.people.models import User
from aimass_apps.submissions.desk import CantLoadDemo
from aimass_apps.submissions.models import Submission
from tests.support.visits import open_visit
from triage import intake
from triage.demo import visits
from triage.models import Assessment, Visit

pytestmark = pytest.mark.django_db


def test_demo_visits_load_once_and_go_in_one_step(clinician: User) -> None:
    own = open_visit(clinician)
    count = len(visits.demo_visits())
    assert visits.load_demo() == count
    assert visits.load_demo() == 0
    some = Assessment.objects.filter(visit__is_demo=True).first()
    first = intake.confirm(assessment=some, by=clinician, seen=None)
    intake.withdraw(assessment=some, by=clinician, seen=first.pk, reason="slip")
    assert visits.wipe_demo() == count
    assert list(Visit.objects.all()) == [own.visit]
    assert list(Submission.objects.all()) == [own.submission]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_demo_visits_are_of_every_level_and_read_as_they_should() -> None:
    rows = visits.demo_visits()
    assert {row["level"] for row in rows} == {"immediate", "very_urgent", "urgent", "soon", "self_care"}
    assert len({row["reference"] for row in rows}) == len(rows) >= 30


def test_demo_needs_a_clinician() -> None:
    with pytest.raises(CantLoadDemo, match="clinician"):
        visits.load_demo()
