"""What was an evaluation becomes a measurement, a promotion, or both; open runs get a lease, one for each place."""

import uuid
from datetime import timedelta

from django.db import migrations
from django.db.models import F
from django.db.models.functions import Coalesce, Now

OPEN = ("waiting", "running")
ONE_IS_ENOUGH = "another one was open in the same place"
PROCESS_GONE = "the command line that asked for it is gone"


def split_evaluations(apps, schema_editor):
    for row in apps.get_model("training", "Evaluation").objects.order_by("at", "id").select_related("version"):
        measurement = _measurement(apps, row) if row.passed is not None or not row.asked_stage else None
        if row.asked_stage:
            _promotion(apps, row, measurement)


def _measurement(apps, row):
    measurements = apps.get_model("training", "Measurement").objects
    why = _why_not_measured(row)
    if row.passed is None and measurements.filter(version=row.version, state__in=OPEN).exists():
        why = ONE_IS_ENOUGH
    state = "failed" if why else "done" if row.passed is not None else "waiting"
    return measurements.create(
        version=row.version,
        against=row.against,
        dataset=row.dataset,
        metrics=row.metrics,
        state=state,
        message=why,
        by=row.by,
        at=row.at,
        done_at=None if state == "waiting" else row.at,
    )


def _why_not_measured(row):
    refused = [gate["detail"] for gate in row.gates if gate["name"] == "loads" and not gate["passed"]]
    if not refused and row.passed is None and row.dataset is None:
        refused = ["its dataset is gone"]
    return refused[0][:300] if refused else ""


def _promotion(apps, row, measurement):
    place = {"desk": row.version.desk, "kind": row.version.kind, "language": row.version.language}
    promotions = apps.get_model("training", "Promotion").objects
    state, message = {True: "granted", False: "refused", None: "waiting"}[row.passed], ""
    if row.passed is None and row.leased_until is not None and row.by is None:
        state, message = "withdrawn", PROCESS_GONE
    elif row.passed is None and promotions.filter(**place, state__in=OPEN).exists():
        state, message = "withdrawn", ONE_IS_ENOUGH
    promotions.create(
        version=row.version,
        **place,
        stage=row.asked_stage,
        canary_share=row.canary_share,
        reason=row.reason,
        by=row.by,
        state=state,
        message=message,
        gates=row.gates,
        measurement=measurement,
        at=row.at,
        decided_at=None if state == "waiting" else row.at,
    )


def lease_runs(apps, schema_editor):
    runs = apps.get_model("training", "TrainingRun").objects
    seen = set()
    for run in runs.filter(state__in=OPEN).order_by("state", "created_at", "id"):
        place = (run.desk, run.kind, run.language)
        if place in seen:
            runs.filter(pk=run.pk).update(state="stopped", message=ONE_IS_ENOUGH, ended_at=Now())
        elif run.state == "running":
            held_until = Coalesce(F("heartbeat_at"), Now()) + timedelta(minutes=3)
            runs.filter(pk=run.pk).update(lease=uuid.uuid4(), leased_until=held_until, attempts=1)
        seen.add(place)
    runs.filter(state__in=OPEN).update(ended_at=None)
    runs.exclude(state__in=OPEN).update(ended_at=Coalesce(F("ended_at"), F("heartbeat_at"), F("created_at")))


class Migration(migrations.Migration):
    dependencies = [("training", "0003_measurement_promotion")]

    operations = [
        migrations.RunPython(split_evaluations, migrations.RunPython.noop),
        migrations.RunPython(lease_runs, migrations.RunPython.noop),
    ]
