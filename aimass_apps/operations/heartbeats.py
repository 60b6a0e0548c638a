"""Workers report that they are alive, in the database, which every machine can see."""

import logging
import os
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta

import psutil
from django.db import Error, connection
from django.db.models import QuerySet
from django.db.models.functions import Now

from aimass_apps.operations.models import WorkerBeat

log = logging.getLogger(__name__)
EVERY = 5.0  # seconds
FRESH = timedelta(seconds=20)
FORGOTTEN = timedelta(days=1)


class Heart:
    """Renews this process's row from a thread of its own, so that a long batch does not look like a dead worker."""

    def __init__(self, name: str, queues: Sequence[str]) -> None:
        self.name, self.queues = name, sorted(queues)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._beat_on, name="heart", daemon=True)

    def start(self) -> None:
        """Beat once at once, then every few seconds until `stop`."""
        self._thread.start()

    def stop(self) -> None:
        """Stop and remove the row, so that a worker that ends in order is not reported as silent."""
        self._stopped.set()
        self._thread.join(timeout=EVERY)

    def beat(self) -> None:
        """Write one sign of life."""
        WorkerBeat.objects.update_or_create(
            name=self.name,
            defaults={
                "queues": self.queues,
                "pid": os.getpid(),
                "resident_bytes": psutil.Process().memory_info().rss,
                "seen_at": Now(),
            },
            create_defaults={
                "queues": self.queues,
                "pid": os.getpid(),
                "resident_bytes": psutil.Process().memory_info().rss,
            },
        )

    def _beat_on(self) -> None:
        try:
            while True:
                self._try(self.beat)
                if self._stopped.wait(EVERY):
                    break
            self._try(self._leave)
        finally:
            connection.close()

    def _leave(self) -> None:
        WorkerBeat.objects.filter(name=self.name, pid=os.getpid()).delete()

    def _try(self, write: Callable[[], None]) -> None:
        try:
            write()
        except Error as error:
            # The database is away: the next beat finds it again, and until then silence is the truth.
            log.warning("no heartbeat written: %s", type(error).__name__)
            connection.close()


def fresh_beats() -> QuerySet[WorkerBeat]:
    """Return the workers that were heard of within the last 20 seconds."""
    return WorkerBeat.objects.filter(seen_at__gte=Now() - FRESH)


def forget_old_beats() -> None:
    """Remove workers that were last heard of more than a day ago."""
    WorkerBeat.objects.filter(seen_at__lt=Now() - FORGOTTEN).delete()
