"""What the database promises of measurements and promotions, whoever writes them."""

import uuid

import pytest
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from aimass_apps.learning.models import Measurement, Promotion
from aimass_apps.registry.store import install_version

pytestmark = pytest.mark.django_db
PLACE = {"desk": "moderation", "kind": "keywords", "language": "en"}


@pytest.fixture
def versions(make_artefact):
    return [install_version(folder=make_artefact(name, term=name)) for name in ("nitwit", "twit")]


NOW = {"decided_at": Now()}
LEASED = {"lease": uuid.UUID(int=1), "leased_until": Now()}


@pytest.mark.parametrize(
    ("fields", "broken"),
    [
        ({"state": "sleeping", **NOW}, "promotion_state_known"),
        ({"stage": "candidate"}, "promotion_stage_known"),
        ({"stage": "canary"}, "promotion_canary_share"),
        ({"canary_share": 0.5}, "promotion_canary_share"),
        ({"state": "granted"}, "promotion_decided_when_over"),
        ({"state": "waiting", **NOW}, "promotion_decided_when_over"),
        ({"state": "running"}, "promotion_lease_while_running"),
        ({"state": "withdrawn", **NOW, **LEASED}, "promotion_lease_while_running"),
        ({"without_evidence": True, "reason": ""}, "promotion_without_evidence_says_why"),
        ({"other": True}, "promotion_one_open"),
    ],
)
def test_the_database_refuses_requests_that_contradict_themselves(versions, fields, broken):
    if fields.pop("other", False):
        Promotion.objects.create(version=versions[1], **PLACE, stage="live")
    with pytest.raises(IntegrityError, match=broken), transaction.atomic():
        Promotion.objects.create(**{"version": versions[0], **PLACE, "stage": "live"} | fields)


@pytest.mark.parametrize(
    ("fields", "broken"),
    [
        ({"state": "sleeping", "done_at": Now()}, "measurement_state_known"),
        ({"state": "done"}, "measurement_done_when_over"),
        ({"state": "failed", "done_at": Now()}, "measurement_message_when_failed"),
        ({"message": "odd"}, "measurement_message_when_failed"),
        ({"state": "running"}, "measurement_lease_while_running"),
        ({"other": True}, "measurement_one_open"),
    ],
)
def test_the_database_refuses_measurements_that_contradict_themselves(versions, fields, broken):
    if fields.pop("other", False):
        Measurement.objects.create(version=versions[0])
    with pytest.raises(IntegrityError, match=broken), transaction.atomic():
        Measurement.objects.create(**{"version": versions[0]} | fields)
