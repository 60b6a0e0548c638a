"""A patient asks to be forgotten: all visits of the reference go, with everything that was asked and judged."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from aimass_apps.people.models import User
from aimass_apps.submissions.models import Erasure, Submission
from tests.support.traces import rows, tables_with
from tests.support.visits import APPENDIX, CHEST, add_version, answer, open_visit, override
from triage import intake
from triage.models import Visit
from triage.queries import reference_hash

pytestmark = pytest.mark.django_db


@pytest.fixture
def before(clinician: User) -> dict[str, int]:
    """The rows that there were before the patient's two visits; another's visit stays."""
    add_version("svm")
    answer(open_visit(clinician, reference="stays"), "svm", {APPENDIX: 0.8})
    there = rows()
    for _visit in range(2):
        assessment = open_visit(clinician, reference="QX-4711")
        answer(assessment, "svm", {APPENDIX: 0.8, "common_cold": 0.2})
        intake.confirm(assessment=assessment, by=clinician, seen=None, comment="as seen")
    newest = intake.reassess(visit=Visit.objects.latest("pk"), by=clinician, vitals={}, text=CHEST)
    answer(newest, "svm", {APPENDIX: 0.8, "common_cold": 0.2})
    override(newest, clinician, comment="felt better")
    return there


@pytest.mark.parametrize("reference", ["QX-4711", " qx-4711 "])
def test_nothing_of_the_person_stays_and_everybody_else_does(before, clinician: User, reference: str) -> None:
    during = rows()
    traces = [reference_hash("QX-4711"), *Submission.objects.order_by("-pk").values_list("content_hash", flat=True)[:1]]
    assert all(tables_with(trace) for trace in traces)
    said = StringIO()
    call_command("erase", "--visit", reference, "--by", clinician.username, stdout=said)
    connection.check_constraints()
    assert rows() == {**before, "submissions_erasure": 1}
    assert [tables_with(trace) for trace in traces] == [[], []]
    gone = {table: during[table] - before[table] for table in during if during[table] != before[table]}
    assert Erasure.objects.get().counts == gone
    assert gone["triage_visit"] == 2
    assert "4711" not in said.getvalue()


@pytest.mark.parametrize("reference", ["QX-4712", "", "  "])
def test_an_unknown_reference_erases_nothing(before, clinician: User, reference: str) -> None:
    there = rows()
    with pytest.raises(CommandError, match="No visit has this reference"):
        call_command("erase", "--visit", reference, "--by", clinician.username)
    assert rows() == there
