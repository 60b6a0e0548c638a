"""People of the desk, and an assessment that waits for one of them."""

import pytest
from django.test import Client

from aimass_apps.people.models import User
from aimass_apps.people.roles import Role
from tests.support.visits import APPENDIX, add_version, answer, open_visit
from triage.models import Assessment


@pytest.fixture
def clinician(db: None) -> User:
    return User.objects.create_user("ana", role=Role.CLINICIAN)


@pytest.fixture
def colleague(db: None) -> User:
    return User.objects.create_user("ben", role=Role.CLINICIAN)


@pytest.fixture
def lead(db: None) -> User:
    return User.objects.create_user("lea", role=Role.CLINICAL_LEAD)


@pytest.fixture
def at_desk(clinician: User) -> Client:
    client = Client()
    client.force_login(clinician)
    return client


@pytest.fixture
def ready(clinician: User) -> Assessment:
    """An assessment whose models answered: appendicitis first."""
    add_version("svm")
    assessment = open_visit(clinician)
    answer(assessment, "svm", {APPENDIX: 0.8, "common_cold": 0.2})
    return assessment
