"""Alive and ready, for machines; status, for people with the permission."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from django.test import Client

from aimass_apps.operations import health, status
from aimass_apps.operations.heartbeats import Heart, forget_old_beats, fresh_beats
from aimass_apps.operations.models import WorkerBeat
from aimass_apps.people.models import User
from aimass_apps.people.roles import Role
from aimass_apps.registry.models import ModelVersion, Stage

pytestmark = pytest.mark.django_db


def live_version() -> ModelVersion:
    return ModelVersion.objects.create(
        desk="moderation",
        kind="keywords",
        language="en",
        number=1,
        name="words",
        stage=Stage.LIVE,
        manifest={"labels": ["insult"], "thresholds": {}, "metrics": {}},
        manifest_sha256="0" * 64,
    )


def signed_in(role: Role) -> Client:
    client = Client()
    client.force_login(User.objects.create(username=role.value, role=role))
    return client


def test_live_asks_for_nothing() -> None:
    assert Client().get("/healthz/live").json() == {"status": "live"}


def test_ready_with_database_broker_models_and_an_inference_worker() -> None:
    live_version()
    Heart("inference@here", ["inference"]).beat()

    answer = Client().get("/healthz/ready")

    assert answer.status_code == 200, answer.json()


def test_not_ready_without_a_live_model() -> None:
    Heart("inference@here", ["inference"]).beat()

    answer = Client().get("/healthz/ready")

    assert answer.status_code == 503
    assert set(answer.json()["problems"]) == {"models"}


def test_not_ready_when_the_inference_worker_fell_silent() -> None:
    live_version()
    Heart("inference@here", ["inference"]).beat()
    Heart("background@here", ["background"]).beat()
    WorkerBeat.objects.filter(name="inference@here").update(seen_at=Now() - timedelta(seconds=30))

    problems = Client().get("/healthz/ready").json()["problems"]

    assert "No inference worker" in problems["models"]


def test_not_ready_without_a_broker(settings: Any) -> None:
    settings.CELERY_BROKER_URL = "redis+socket:///nowhere.sock"

    assert "broker" in health.problems()


def test_not_ready_with_migrations_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_migrated", set())
    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda *_: [("a", False)])

    assert "1 migrations wait" in health.problems()["migrations"]


def test_a_beat_renews_its_row_and_old_rows_are_forgotten() -> None:
    heart = Heart("inference@here", ["inference"])
    heart.beat()
    first = WorkerBeat.objects.get()
    WorkerBeat.objects.update(seen_at=Now() - timedelta(days=2))
    assert not fresh_beats().exists()

    heart.beat()
    assert WorkerBeat.objects.get().started_at == first.started_at
    assert fresh_beats().get().resident_bytes > 1_000_000

    WorkerBeat.objects.update(seen_at=Now() - timedelta(days=2))
    forget_old_beats()
    assert not WorkerBeat.objects.exists()


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.ML_ENGINEER])
def test_the_status_page_shows_queues_workers_and_models(role: Role) -> None:
    live_version()
    Heart("inference@here", ["inference"]).beat()

    page = signed_in(role).get("/status/").content.decode()

    assert "inference@here" in page
    assert "words" in page
    assert "<html" in page


def test_the_polled_part_is_no_whole_page() -> None:
    part = signed_in(Role.ADMINISTRATOR).get("/status/", headers={"HX-Request": "true"}).content.decode()

    assert "<html" not in part
    assert "Moderation" in part


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.CLINICIAN])
def test_the_status_page_is_not_for_the_desks(role: Role) -> None:
    assert signed_in(role).get("/status/").status_code == 403


def test_outsiders_are_sent_to_the_sign_in() -> None:
    answer = Client().get("/status/")

    assert answer.status_code == 302
    assert "sign-in" in answer["Location"]


def test_status_says_when_workers_hold_more_models_than_usual(monkeypatch: pytest.MonkeyPatch) -> None:
    live_version()
    client = signed_in(Role.ADMINISTRATOR)
    assert "Many models" not in client.get("/status/").content.decode()
    monkeypatch.setattr(status, "USUAL", 0)
    assert "Many models" in client.get("/status/").content.decode()
