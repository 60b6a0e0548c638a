"""Keep programs running: start, watch, restart with back-off and the reason told, stop in order."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from aimass_apps.environment import BASE_DIR
from aimass_apps.operations.services.postgres import Postgres
from aimass_apps.operations.services.processes import LARGEST_LOG_BYTES, ServiceError, child_command, spawn, tail
from aimass_apps.operations.services.valkey import Valkey
from aimass_apps.operations.supervision.claim import MARK
from aimass_apps.operations.supervision.programs import Program

PAUSE = 0.2  # seconds between two looks
STEADY = 60.0  # seconds after which a program counts as healthy again
LONGEST_BACK_OFF = 30.0
LOGS_EVERY = 30.0
RETRY_ONCE = 300.0  # an installation that failed waits for the network to come back

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class State:
    """What the status page shows of one program."""

    name: str
    state: str = "stopped"  # running, waiting (for its next start), stopped, done
    pid: int | None = None
    restarts: int = 0
    since: float = 0.0  # seconds since the epoch
    reason: str = ""


class Runnable(Protocol):
    """A service or program that the supervisor can start, look at and stop."""

    name: str
    log: Path
    process: subprocess.Popen[bytes] | None
    once: bool

    def start(self) -> None:
        """Start it; ServiceError when it can't."""

    def stop(self, *, patience: float) -> None:
        """Stop it warm within `patience` seconds, then hard."""


class RunningService:
    """PostgreSQL or Valkey seen as a Runnable."""

    once = False

    def __init__(self, name: str, service: Postgres | Valkey) -> None:
        self.name, self.service, self.log = name, service, service.log

    @property
    def process(self) -> subprocess.Popen[bytes] | None:
        return self.service.process

    @process.setter
    def process(self, value: subprocess.Popen[bytes] | None) -> None:
        self.service.process = value

    def start(self) -> None:
        self.service.start()

    def stop(self, *, patience: float) -> None:
        self.service.stop(patience=max(patience, 20.0))


class RunningProgram:
    """A program of the installation seen as a Runnable."""

    def __init__(self, program: Program, *, home: Path) -> None:
        self.program, self.name, self.once = program, program.name, program.once
        self.home, self.log = home, home / "logs" / f"{program.name}.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._kill_group()  # a killed main process leaves its own children, and they hold the port
        environment = {**os.environ, MARK: str(self.home), "PYTHONUNBUFFERED": "1"}
        command = child_command(self.program.command, nice=self.program.nice)
        try:
            self.process = spawn(command, log=self.log, environment=environment, folder=BASE_DIR)
        except OSError as error:
            raise ServiceError(f"{self.name} can't be started: {error.strerror}.") from error

    def stop(self, *, patience: float) -> None:
        process = self.process
        if process is not None and process.poll() is None:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(min(patience, self.program.patience))
        self._kill_group()

    def _kill_group(self) -> None:
        if self.process is not None:
            # The group outlives its leader, and no other process can get its number while it does.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Supervisor:
    """Watches its programs in one thread (children die with the thread that made them, so it is the main one)."""

    def __init__(self, home: Path, *, tell: Tell, clock: Callable[[], float] = time.monotonic) -> None:
        self.home, self.tell, self.clock = home, tell, clock
        self.running: dict[str, Runnable] = {}
        self.states: dict[str, State] = {}
        self.stopping = False
        self._next_start: dict[str, float] = {}
        self._started: dict[str, float] = {}
        self._quick_ends: dict[str, int] = {}
        self._logs_looked_at = 0.0

    def add(self, runnable: Runnable, *, started: bool = False) -> None:
        """Take something under watch and start it, unless it runs already."""
        name = runnable.name
        self.running[name] = runnable
        self.states[name] = State(name=name)
        if started:
            self._note_start(name)
        else:
            self._start(name)

    def watch(self, *, until: Callable[[], bool] = lambda: False, pause: float = PAUSE) -> None:
        """Keep everything running until `request_stop` is called or `until` says so."""
        while not self.stopping and not until():
            self.look()
            time.sleep(pause)

    def look(self) -> None:
        """Look once at everything: tell and plan for what ended, start what is due, keep the logs short."""
        for name in list(self.running):
            if self.states[name].state == "running":
                self._look_at(name)
            elif self.states[name].state == "waiting" and self.clock() >= self._next_start[name]:
                self._start(name)
        if self.clock() - self._logs_looked_at > LOGS_EVERY:
            self._logs_looked_at = self.clock()
            shorten_logs(self.home / "logs")

    def request_stop(self) -> None:
        """Make `watch` return; asked twice, nothing is waited for any more."""
        if self.stopping:
            self._kill_all()
        self.stopping = True

    def stop(self) -> None:
        """Stop everything that was started here, the last started first."""
        for name in reversed(list(self.running)):
            self.running[name].stop(patience=30.0)
            self._note(name, "stopped")

    def is_done(self, name: str) -> bool:
        """Say whether a program that runs once has succeeded."""
        return name in self.states and self.states[name].state == "done"

    def _look_at(self, name: str) -> None:
        process = self.running[name].process
        code = process.poll() if process is not None else None
        if code is None:
            if self.clock() - self._started[name] > STEADY:
                self._quick_ends[name] = 0
            return
        if code == 0 and self.running[name].once:
            self._note(name, "done")
            return
        self._plan_restart(name, describe_end(code, tail(self.running[name].log)))

    def _plan_restart(self, name: str, reason: str) -> None:
        self._quick_ends[name] = self._quick_ends.get(name, 0) + 1
        pause = RETRY_ONCE if self.running[name].once else back_off(self._quick_ends[name])
        self._next_start[name] = self.clock() + pause
        self._note(name, "waiting", reason=reason, restart=1)
        self.tell(f"{name} ended: {reason}; starting it again in {pause:.0f} s")

    def _start(self, name: str) -> None:
        try:
            self.running[name].start()
        except ServiceError as error:
            self._plan_restart(name, str(error))
            return
        self._note_start(name)

    def _note_start(self, name: str) -> None:
        process = self.running[name].process
        self._started[name] = self.clock()
        self._note(name, "running", pid=process.pid if process is not None else None)

    def _note(self, name: str, state: str, *, pid: int | None = None, reason: str = "", restart: int = 0) -> None:
        """Record a new state; the reason of the last end stays until there is another."""
        old = self.states[name]
        self.states[name] = State(
            name=name,
            state=state,
            pid=pid,
            restarts=old.restarts + restart,
            since=time.time(),
            reason=reason or old.reason,
        )
        write_states(self.home, list(self.states.values()))

    def _kill_all(self) -> None:
        for runnable in self.running.values():
            if runnable.process is not None and not isinstance(runnable, RunningService):
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(runnable.process.pid, signal.SIGKILL)


def back_off(ends_in_a_row: int) -> float:
    """Return the seconds before the next start: 1, 2, 4 … 30."""
    return min(2.0 ** (ends_in_a_row - 1), LONGEST_BACK_OFF)


def describe_end(code: int, log_text: str) -> str:
    """Say how a process ended and what it said last."""
    how = f"exit code {code}"
    if code < 0:
        with contextlib.suppress(ValueError):
            how = f"killed by {signal.Signals(-code).name}"
    last = next((line.strip() for line in reversed(log_text.splitlines()) if line.strip()), "")
    return f"{how} ({last[:200]})" if last and code > 0 else how


def write_states(home: Path, states: Sequence[State]) -> None:
    """Write the file that the status page reads; a full disk must not end the supervisor."""
    record = {"pid": os.getpid(), "programs": [asdict(state) for state in states]}
    target = home / "supervisor.json"
    with contextlib.suppress(OSError):
        temporary = target.with_suffix(".tmp")
        temporary.write_text(json.dumps(record), encoding="utf-8")
        temporary.replace(target)


def shorten_logs(folder: Path) -> None:
    """Keep one older copy of each long log and empty the log itself (its writer goes on appending)."""
    for log in folder.glob("*.log"):
        with contextlib.suppress(OSError):
            if log.stat().st_size > LARGEST_LOG_BYTES:
                shutil.copyfile(log, log.with_suffix(".log.1"))
                os.truncate(log, 0)
