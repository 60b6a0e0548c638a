"""Rows from before measurements and promotions were told apart are carried over."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
BEFORE, AFTER = [("training", "0002_evaluation")], [("training", "0005_promises")]
START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def before() -> Iterator[Any]:
    """The models as they were, on tables as they were."""
    executor = MigrationExecutor(connection)
    yield executor.migrate(BEFORE).apps
    MigrationExecutor(connection).migrate(MigrationExecutor(connection).loader.graph.leaf_nodes())


def migrate() -> Any:
    executor = MigrationExecutor(connection)
    return executor.migrate(AFTER).apps


def make_version(apps: Any, number: int, kind: str = "svm") -> Any:
    return apps.get_model("registry", "ModelVersion").objects.create(
        desk="moderation", kind=kind, language="en", number=number, manifest={}, manifest_sha256=uuid.uuid4().hex
    )


# What an evaluation was; then (measurement's state, promotion's state) that it became.
GATE = {"name": "labels", "passed": True, "detail": "fine", "warning": False}
BROKEN = {"name": "loads", "passed": False, "detail": "it does not load: X", "warning": False}
LATER = START + timedelta(days=1)
CASES = {
    "uploaded": ({"asked_stage": "", "passed": True, "metrics": {"reports": [1]}}, ("done", None)),
    "measured and worse": ({"asked_stage": "", "passed": False, "gates": [GATE]}, ("done", None)),
    "did not load": ({"asked_stage": "", "passed": False, "gates": [BROKEN]}, ("failed", None)),
    "waits, its dataset gone": ({"asked_stage": "", "passed": None}, ("failed", None)),
    "waits": ({"asked_stage": "", "passed": None, "dataset": True}, ("waiting", None)),
    "waits twice": ({"asked_stage": "", "passed": None, "dataset": True}, ("failed", None)),
    "granted": ({"asked_stage": "live", "passed": True, "gates": [GATE], "reason": "better"}, ("done", "granted")),
    "refused canary": ({"asked_stage": "canary", "canary_share": 0.1, "passed": False}, ("done", "refused")),
    "refused, broken": ({"asked_stage": "live", "passed": False, "gates": [BROKEN]}, ("failed", "refused")),
    "on a command line": ({"asked_stage": "live", "passed": None, "leased_until": LATER}, (None, "withdrawn")),
    "asked": ({"asked_stage": "live", "passed": None, "by": True}, (None, "waiting")),
    "asked, a worker at it": (
        {"asked_stage": "shadow", "passed": None, "by": True, "leased_until": LATER},
        (None, "withdrawn"),
    ),
}


def test_every_kind_of_evaluation_becomes_what_it_was(before: Any) -> None:
    version = make_version(before, 1)
    person = before.get_model("people", "User").objects.create(username="someone", role="ml_engineer")
    dataset = before.get_model("training", "Dataset").objects.create(
        desk="moderation", number=1, until=START, seed=7, size=0, sha256="0" * 64
    )
    for minute, (fields, _) in enumerate(CASES.values()):
        given = {"by": person if fields.get("by") else None, "dataset": dataset if fields.get("dataset") else None}
        at = START + timedelta(minutes=minute)
        before.get_model("training", "Evaluation").objects.create(version=version, at=at, **{**fields, **given})
    after = migrate()
    promotions = {each.at: each for each in after.get_model("training", "Promotion").objects.all()}
    measurements = {each.at: each for each in after.get_model("training", "Measurement").objects.all()}
    for minute, (name, (fields, (measured, promoted))) in enumerate(CASES.items()):
        at = START + timedelta(minutes=minute)
        measurement, promotion = measurements.get(at), promotions.get(at)
        assert (measurement and measurement.state, promotion and promotion.state) == (measured, promoted), name
        if measurement:
            assert measurement.metrics == fields.get("metrics", {})
        if promotion:
            assert (promotion.stage, promotion.canary_share) == (fields["asked_stage"], fields.get("canary_share"))
            assert promotion.reason == fields.get("reason", "")
            assert promotion.gates == fields.get("gates", [])
            assert promotion.measurement == measurement
            assert promotion.by_id == (person.pk if fields.get("by") else None)
            assert (promotion.desk, promotion.kind, promotion.language) == ("moderation", "svm", "en")


def test_open_runs_get_a_lease_and_of_two_in_a_place_the_running_one_stays(before: Any) -> None:
    runs = before.get_model("training", "TrainingRun").objects
    place = {"desk": "moderation", "language": "en", "recipe": {}}
    waiting = runs.create(**place, kind="svm", created_at=START)
    running = runs.create(**place, kind="svm", state="running", created_at=LATER, heartbeat_at=LATER)
    alone = runs.create(**place, kind="bert", created_at=START)
    failed = runs.create(**place, kind="bert", state="failed", created_at=START)
    runs = migrate().get_model("training", "TrainingRun").objects
    assert {each.pk: each.state for each in runs.all()} == {
        waiting.pk: "stopped",
        running.pk: "running",
        alone.pk: "waiting",
        failed.pk: "failed",
    }
    assert runs.get(pk=running.pk).leased_until == LATER + timedelta(minutes=3)
    assert runs.get(pk=failed.pk).ended_at == START
