"""Bring a whole installation up, step by step, and keep it up until it is told to stop."""

import os
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import FrameType

from aimass_apps import environment
from aimass_apps.operations import local_llm, training_set
from aimass_apps.operations.services.postgres import Postgres
from aimass_apps.operations.services.valkey import Valkey
from aimass_apps.operations.supervision.claim import check_disk, check_port, claim, end_orphans
from aimass_apps.operations.supervision.programs import (
    Program,
    first_programs,
    language_model,
    later_programs,
    training_worker,
)
from aimass_apps.operations.supervision.programs import training_set as training_set_program
from aimass_apps.operations.supervision.supervisor import RunningProgram, RunningService, Supervisor

READY_WITHIN = 90.0  # seconds; slow machines load models slowly
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Step = Callable[[str], AbstractContextManager[object]]


class Installation:
    """The services and programs under one folder; `step` shows each slow step, `tell` says one line."""

    def __init__(self, home: Path, *, host: str, port: int, step: Step, tell: Callable[[str], None]) -> None:
        self.home, self.host, self.port, self.step, self.tell = home, host, port, step, tell
        self.supervisor = Supervisor(home, tell=tell)

    @property
    def address(self) -> str:
        """Where a person on this machine finds the site."""
        host = "localhost" if self.host in {"127.0.0.1", "0.0.0.0", "::", "::1"} else self.host  # noqa: S104 - compared
        return f"http://{host}:{self.port}/"

    def serve(self, prepare: Callable[[], None], *, announce: Callable[[], None]) -> None:
        """Start everything, `prepare` the database, `announce` when ready, and run until a signal comes."""
        with claim(self.home):
            check_disk(self.home)
            (self.home / "static").mkdir(exist_ok=True)  # WhiteNoise warns where it is missing
            orphans = end_orphans(self.home)
            if orphans:
                self.tell(f"Ended {orphans} processes that a killed run had left.")
            check_port(self.host, self.port)
            for number in STOP_SIGNALS:
                signal.signal(number, self._on_signal)
            try:
                self._start(prepare)
                if self._wait_until_ready():
                    announce()
                self._add(later_programs(self.home))
                self._start_training()
                self.supervisor.watch()
            finally:
                self.tell("Stopping ...")
                self.supervisor.stop()

    def _start(self, prepare: Callable[[], None]) -> None:
        for name, service in self._services().items():
            with self.step(f"Starting {name}"):
                service.start()
            self.supervisor.add(RunningService(name, service), started=True)
            if self.supervisor.stopping:
                return
        prepare()
        self._start_language_model()
        with self.step("Starting web and inference"):
            self._add(first_programs(host=self.host, port=self.port))

    def _start_language_model(self) -> None:
        """Start the small model where it is wanted, before the programs that must know its address."""
        if not local_llm.wanted():
            return
        if not local_llm.is_installed():
            self.tell(local_llm.NOT_INSTALLED)
            return
        self._add([language_model(local_llm.point_here(os.environ))])

    def _add(self, programs: Sequence[Program]) -> None:
        for program in programs:
            if not self.supervisor.stopping:
                self.supervisor.add(RunningProgram(program, home=self.home))

    def _services(self) -> dict[str, Postgres | Valkey]:
        """Return the embedded services, less those that the environment replaces by servers of one's own."""
        services: dict[str, Postgres | Valkey] = {}
        if not environment.text("DATABASE_URL"):
            services["PostgreSQL"] = Postgres(self.home)
        if not environment.text("REDIS_URL"):
            services["Valkey"] = Valkey(self.home)
        return services

    def _wait_until_ready(self) -> bool:
        deadline = time.monotonic() + READY_WITHIN
        ready = False

        def is_over() -> bool:
            nonlocal ready
            ready = self._is_ready()
            return ready or time.monotonic() > deadline

        with self.step("Waiting until the site answers"):
            self.supervisor.watch(until=is_over, pause=0.4)
        if not ready and not self.supervisor.stopping:
            self.tell(f"Not ready after {READY_WITHIN:.0f} s; it goes on trying. The logs are in {self.home / 'logs'}.")
        return ready

    def _is_ready(self) -> bool:
        host = "127.0.0.1" if self.host == "0.0.0.0" else self.host  # noqa: S104 - compared, not listened on
        try:
            with urllib.request.urlopen(f"http://{host}:{self.port}/healthz/ready", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def _start_training(self) -> None:
        """Start the training worker, after installing its packages in the background where they are missing."""
        if self.supervisor.stopping or not training_set.wanted():
            return
        if not training_set.is_installed():
            self.tell("Installing the training set in the background; the status page shows how far it is.")
            self._add([training_set_program()])
            self.supervisor.watch(until=lambda: self.supervisor.is_done("training-set"))
        self._add([training_worker()])

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.supervisor.request_stop()
