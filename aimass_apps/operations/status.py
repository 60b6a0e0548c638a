"""What the status page shows: services and programs, workers, queues, deliveries, models, training set, disk."""

import json
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count, Min, Q
from django.db.models.functions import Now
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from aimass_apps.delivery.models import Delivery
from aimass_apps.inference.predictor_cache import USUAL
from aimass_apps.operations import health, heartbeats, training_set
from aimass_apps.operations.models import WorkerBeat
from aimass_apps.registry.kinds import kind_of
from aimass_apps.registry.models import ModelVersion, Stage
from aimass_apps.submissions.desk import title_of
from aimass_apps.submissions.models import Prediction
from aimass_apps.submissions.settling import stuck

MOST_NAMED = 8


@dataclass(frozen=True, slots=True)
class ProgramStatus:
    """One supervised program of this machine."""

    name: str
    state: str
    pid: int | None
    restarts: int
    since: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class QueueStatus:
    """The work ledger of one desk: the age of its oldest waiting row, and the ids of what can't be settled."""

    desk: str
    waiting: int
    running: int
    failed: int
    oldest_seconds: float | None
    stuck: list[int]

    @property
    def name(self) -> str:
        return title_of(self.desk)

    @property
    def oldest_text(self) -> str:
        """How long the oldest has waited, for people."""
        if self.oldest_seconds is None:
            return ""
        return _("oldest: %d s") % self.oldest_seconds

    @property
    def stuck_text(self) -> str:
        """The first of what can't be settled, by the numbers that the logs name."""
        named = ", ".join(map(str, self.stuck[:MOST_NAMED]))
        return named if len(self.stuck) <= MOST_NAMED else f"{named} …"


@dataclass(frozen=True, slots=True)
class DiskStatus:
    """The disk of the installation, in bytes."""

    free: int
    total: int

    @property
    def used_percent(self) -> int:
        return round(100 * (self.total - self.free) / self.total)

    @property
    def free_text(self) -> str:
        return _("%s free") % filesizeformat(self.free)


@dataclass(frozen=True, slots=True)
class InstallationStatus:
    """Everything on the page. With the database away only `problems`, `programs`, `disk` and `training` speak."""

    problems: dict[str, str]
    programs: list[ProgramStatus]
    training: training_set.Progress
    training_wanted: bool
    disk: DiskStatus
    versions: dict[str, str]
    workers: list[WorkerBeat] = field(default_factory=list)
    silent_workers: list[WorkerBeat] = field(default_factory=list)
    queues: list[QueueStatus] = field(default_factory=list)
    deliveries: dict[str, int] = field(default_factory=dict)
    models: list[ModelVersion] = field(default_factory=list)

    @property
    def desks_without_model(self) -> list[str]:
        """Desks whose texts go to people without a model's answer, because none is live."""
        live = {version.desk for version in self.models if version.stage == Stage.LIVE}
        return [title_of(desk) for desk in settings.DESKS if desk not in live]

    @property
    def models_beyond_usual(self) -> int:
        """How many models each worker holds, where that is more than its memory is planned for; else 0."""
        held = sum(not kind_of(version.kind).remote for version in self.models)
        return held if held > USUAL else 0

    @property
    def delivery_facts(self) -> list[tuple[str, int]]:
        """Outbound events by state, with the states named for people."""
        return [(str(Delivery.State(state).label), number) for state, number in self.deliveries.items()]


def installation_status() -> InstallationStatus:
    """Look at everything once."""
    home = settings.AIMASS_HOME
    usage = shutil.disk_usage(home)
    problems = health.problems()
    database = {} if "database" in problems else _from_database()
    return InstallationStatus(
        problems=problems,
        programs=supervised_programs(home),
        training=training_set.read(home),
        training_wanted=training_set.wanted(),
        disk=DiskStatus(free=usage.free, total=usage.total),
        versions=_versions(with_database="database" not in problems),
        **database,
    )


def _from_database() -> dict[str, Any]:
    fresh = list(heartbeats.fresh_beats())
    silent = WorkerBeat.objects.exclude(pk__in=[beat.pk for beat in fresh])
    return {
        "workers": fresh,
        "silent_workers": list(silent),
        "queues": queue_statuses(),
        "deliveries": delivery_counts(),
        "models": list(ModelVersion.objects.filter(stage__in=[Stage.LIVE, Stage.CANARY, Stage.SHADOW]).defer("card")),
    }


def supervised_programs(home: Path) -> list[ProgramStatus]:
    """Return what the supervisor of this machine wrote last; empty where there is none."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        record = json.loads((home / "supervisor.json").read_text(encoding="utf-8"))
        return [
            ProgramStatus(**{**program, "since": datetime.fromtimestamp(program["since"], tz=UTC)})
            for program in record["programs"]
        ]
    return []


def queue_statuses() -> list[QueueStatus]:
    """Count the open rows of the ledger by desk."""
    states = Prediction.State
    rows = {
        row["submission__desk"]: row
        # What a model elsewhere is asked is told apart: nothing waits for it.
        for row in Prediction.objects.exclude(state=states.DONE)
        .filter(lane__lt=Prediction.Lane.REMOTE)
        .values("submission__desk")
        .annotate(
            waiting=Count("id", filter=Q(state=states.WAITING)),
            running=Count("id", filter=Q(state=states.RUNNING)),
            failed=Count("id", filter=Q(state=states.FAILED)),
            age=Now() - Min("created_at", filter=Q(state=states.WAITING)),
        )
    }
    return [_queue_status(desk, dict(rows.get(desk, {}))) for desk in settings.DESKS]


def _queue_status(desk: str, row: Mapping[str, Any]) -> QueueStatus:
    age = row.get("age")
    return QueueStatus(
        desk=desk,
        waiting=row.get("waiting", 0),
        running=row.get("running", 0),
        failed=row.get("failed", 0),
        oldest_seconds=age.total_seconds() if age is not None else None,
        stuck=stuck(desk),
    )


def delivery_counts() -> dict[str, int]:
    """Count outbound events by state."""
    found = dict(Delivery.objects.values_list("state").annotate(number=Count("id")))
    return {state: found.get(state, 0) for state in Delivery.State.values}


def _versions(*, with_database: bool) -> dict[str, str]:
    import platform

    import celery
    import django

    versions = {"Python": platform.python_version(), "Django": django.get_version(), "Celery": celery.__version__}
    if with_database:
        number = connection.pg_version  # type: ignore[attr-defined]  # there is only PostgreSQL
        versions["PostgreSQL"] = f"{number // 10000}.{number % 10000}"
    return versions
