"""Measuring a version on frozen reviews, beside the live one, without moving anything."""

import logging
import uuid

from django.db.models.functions import Now

from aimass_apps.learning.judging import JUDGE_LEASE, JUDGE_QUEUE, JUDGE_TASK, LONGEST, Found, LeaseLost, compare
from aimass_apps.learning.live import live_version
from aimass_apps.learning.models import Dataset, Measurement
from aimass_apps.learning.opening import one_open
from aimass_apps.people.models import User
from aimass_apps.queueing.doorbell import ring_after_commit
from aimass_apps.queueing.leases import Renewing, claim, ended, held
from aimass_apps.registry.models import ModelVersion

log = logging.getLogger(__name__)


class NothingFrozen(ValueError):
    """The desk has no frozen dataset."""


class AlreadyMeasuring(ValueError):
    """The version is waiting to be measured, or being measured."""


def request_measurement(*, version: ModelVersion, by: User | None) -> Measurement:
    """Ask for the version's metrics beside the live one's on the newest frozen reviews; nothing is moved.

    Raises `NothingFrozen` and `AlreadyMeasuring`.
    """
    dataset = Dataset.objects.filter(desk=version.desk).first()
    if dataset is None:
        raise NothingFrozen("No reviews of this desk are frozen yet: there is nothing to measure on.")
    live = live_version(version.desk, version.kind, version.language)
    with one_open("measurement_one_open", AlreadyMeasuring(f"{version} is being measured already.")):
        asked = Measurement.objects.create(version=version, against=live, dataset=dataset, by=by)
    ring_after_commit(JUDGE_TASK, JUDGE_QUEUE)
    return asked


def measure_next() -> bool:
    """Measure what has waited longest; False when nothing waits."""
    lease = uuid.uuid4()
    waiting = Measurement.objects.order_by("at", "id")
    for pk in claim(waiting, lease=lease, limit=1, seconds=JUDGE_LEASE):
        _measure(Measurement.objects.select_related("version", "dataset").get(pk=pk), lease)
        return True
    return False


def _measure(asked: Measurement, lease: uuid.UUID) -> None:
    try:
        with Renewing(Measurement, lease, seconds=JUDGE_LEASE, longest=LONGEST) as renewing:
            result = outcome(compare(asked.version, asked.dataset, renewing.lost))
    except LeaseLost:
        return
    except Exception as error:  # noqa: BLE001 - a person reads the reason on the version's page
        log.warning("%s could not be measured: %s", asked.version, type(error).__name__)
        result = ended(Measurement.State.FAILED, {"message": type(error).__name__, "done_at": Now()})
    held(Measurement, lease).update(**result)


def outcome(found: Found) -> dict[str, object]:
    """The field values of a measurement that found this."""
    about = {"against": found.live, "dataset": found.dataset, "metrics": found.metrics(), "done_at": Now()}
    if found.error:
        return ended(Measurement.State.FAILED, about | {"message": f"it does not load: {found.error}"})
    return ended(Measurement.State.DONE, about)
