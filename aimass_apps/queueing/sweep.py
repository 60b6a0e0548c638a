"""The sweep: jobs that run every minute or hour, so that a lost message or a vanished worker costs a minute at most.

An app registers in `AppConfig.ready()` what is to be looked after: expired leases, doorbells whose message was lost,
records that are old enough to go. The sweep knows no app.
"""

import logging
from collections.abc import Callable

from django.db import connection

log = logging.getLogger(__name__)
Sweep = Callable[[], object]

_each_minute: dict[str, Sweep] = {}
_each_hour: dict[str, Sweep] = {}


def each_minute(name: str, job: Sweep) -> None:
    """Run `job` with every sweep, in the order of registration; harmless when called again."""
    _each_minute[name] = job


def each_hour(name: str, job: Sweep) -> None:
    """Run `job` once an hour: for what may wait, such as forgetting."""
    _each_hour[name] = job


def sweep_minute() -> dict[str, object]:
    """Run every minute's job; returns what each one said, without those that failed."""
    return _run(_each_minute)


def sweep_hour() -> dict[str, object]:
    """Run every hour's job, as `sweep_minute`."""
    return _run(_each_hour)


def _run(sweeps: dict[str, Sweep]) -> dict[str, object]:
    said = {}
    for name, job in list(sweeps.items()):
        try:
            said[name] = job()
        except Exception as error:  # noqa: BLE001 - one that fails must never stop the others; it is tried again
            log.error("sweeping %s failed: %s", name, type(error).__name__)
            # What broke may be the connection, which the others need.
            connection.close_if_unusable_or_obsolete()
    return said
