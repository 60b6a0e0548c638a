"""What the sweep gives back of the learning loop's work, and which worker it wakes for it."""

import uuid

import pytest
from django.db.models.functions import Now

from aimass_apps.learning import sweeps
from aimass_apps.learning.models import Measurement, Promotion, TrainingRun
from aimass_apps.queueing.sweep import sweep_minute
from aimass_apps.registry.store import install_version

PLACE = {"desk": "moderation", "kind": "keywords", "language": "en"}


@pytest.mark.django_db
def test_work_of_vanished_workers_waits_again_and_its_workers_are_rung(make_artefact, monkeypatch):
    rung = []
    monkeypatch.setattr(sweeps, "ring", lambda task, queue: rung.append((task.rsplit(".", 1)[1], queue)))
    sweep_minute()
    assert not rung
    version, vanished = install_version(folder=make_artefact()), {"state": "running", "leased_until": Now()}
    Promotion.objects.create(version=version, **PLACE, stage="live", **vanished, lease=uuid.uuid4())
    Measurement.objects.create(version=version, **vanished, lease=uuid.uuid4())
    TrainingRun.objects.create(**PLACE, recipe={}, **vanished, lease=uuid.uuid4())
    sweep_minute()
    assert {each.objects.get().state for each in (Promotion, Measurement, TrainingRun)} == {"waiting"}
    assert set(rung) == {("judge", "background"), ("train_waiting", "training")}
