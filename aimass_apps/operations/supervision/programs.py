"""The programs of a running installation: how each is started, and how long it may take to stop."""

import sys
from dataclasses import dataclass
from pathlib import Path

from aimass_apps import environment
from aimass_apps.environment import BASE_DIR


@dataclass(frozen=True, slots=True)
class Program:
    """One supervised command; `patience` is how many seconds a warm stop may take."""

    name: str
    command: tuple[str, ...]
    patience: float = 10.0
    nice: int = 0
    # Ends by itself when its work is done; a failure is tried again after minutes.
    once: bool = False


def first_programs(*, host: str, port: int) -> list[Program]:
    """Return what must run before a post can be taken and scored, in the order of starting (stopping reverses it)."""
    return [worker("inference", pool="solo", patience=15.0), web(host=host, port=port)]


def later_programs(home: Path) -> list[Program]:
    """Return what can wait until people see the site: on two cores that halves their waiting."""
    # Four threads send to platforms and sweep; a fifth judges promotions, of which one worker judges one at a time.
    programs = [worker("background", pool="threads", concurrency=5, patience=15.0), beat(home)]
    return [*programs, remote_worker()] if environment.text("AIMASS_LLM_URL") else programs


def remote_worker() -> Program:
    """The worker that asks models elsewhere: as many questions at once as it has threads, and no other work."""
    at_once = environment.whole("AIMASS_LLM_CONCURRENCY", least=1)
    return worker("remote", pool="threads", concurrency=at_once, patience=15.0)


def language_model(port: int) -> Program:
    """The small language model of this machine; it gives way to what a person waits for."""
    module = "aimass_apps.operations.local_llm"
    return Program("language-model", (sys.executable, "-m", module, f"--port={port}"), nice=5)


def worker(queue: str, *, pool: str, concurrency: int = 1, patience: float = 10.0, nice: int = 0) -> Program:
    """A Celery worker on one queue."""
    return Program(
        name=queue,
        command=(
            *_celery("worker"),
            f"--queues={queue}",
            f"--pool={pool}",
            f"--concurrency={concurrency}",
            f"--hostname={queue}@%h",
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
        ),
        patience=patience,
        nice=nice,
    )


def training_worker() -> Program:
    """The worker that trains: it gives way to everything that a person waits for."""
    # Solo: a fork after torch has started threads can hang.
    return worker("training", pool="solo", patience=20.0, nice=10)


def training_set() -> Program:
    """The installation of torch and its friends, while people already work."""
    module = "aimass_apps.operations.training_set"
    return Program("training-set", (sys.executable, "-m", module), patience=5.0, nice=15, once=True)


def beat(home: Path) -> Program:
    """The clock of the periodic tasks."""
    return Program("beat", (*_celery("beat"), f"--schedule={home / 'beat-schedule'}"))


def web(*, host: str, port: int) -> Program:
    """The web server: two processes with blocking threads, measured to be the fastest for this work."""
    return Program(
        name="web",
        command=(
            *(sys.executable, "-m", "granian", "--interface=wsgi"),
            f"--host={host}",
            f"--port={port}",
            f"--workers={environment.whole('WEB_WORKERS', least=1)}",
            "--blocking-threads=4",
            "--backlog=1024",
            "--no-ws",
            "--respawn-failed-workers",
            "--respawn-interval=1",
            "--workers-kill-timeout=5s",
            "--log-level=warning",
            f"--working-dir={BASE_DIR}",
            "aimass_apps.wsgi:application",
        ),
    )


def _celery(command: str) -> tuple[str, ...]:
    level = environment.text("LOG_LEVEL", "WARNING")
    return (sys.executable, "-m", "celery", "--app=aimass_apps", "--skip-checks", command, f"--loglevel={level}")
