"""A whole installation as a test sees it: `manage.py up` in a folder of its own, to be stopped, killed and asked."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from aimass_apps import environment
from aimass_apps.operations.services.processes import start_time, tail, wait_until
from aimass_apps.operations.supervision.claim import orphans

ROOT = environment.BASE_DIR
LEFT_TO_THE_SITE = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")


@dataclass(frozen=True, slots=True)
class Door:
    """A registered platform: its id, API key and webhook secrets."""

    public_id: str
    key: str
    incoming: str
    outgoing: str


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Site:
    """An installation under `home`; extra `settings` go into its environment."""

    def __init__(self, home: Path, **settings: str) -> None:
        self.home, self.port = home.resolve(), free_port()
        self.environment = {key: value for key, value in os.environ.items() if key not in LEFT_TO_THE_SITE}
        own = {"AIMASS_HOME": str(self.home), "PORT": str(self.port), "HOST": "127.0.0.1", "TRAIN": "0"}
        self.environment.update({**own, **settings})
        self.output = self.home / "up.txt"
        self.supervisor: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *, patience: float = 120.0) -> None:
        """Start and wait until ready; AssertionError with the output when it does not come up."""
        self.home.mkdir(parents=True, exist_ok=True)
        with self.output.open("ab") as output:
            self.supervisor = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        supervisor = self.supervisor
        wait_until(lambda: self.is_ready() or supervisor.poll() is not None, patience, pause=0.2)
        assert self.is_ready(), tail(self.output)

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/healthz/ready", timeout=3) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def stop(self) -> None:
        """Stop it like Ctrl-C."""
        if self.supervisor is not None and self.supervisor.poll() is None:
            self.supervisor.send_signal(signal.SIGINT)
            self.supervisor.wait(60)

    def pid_of(self, program: str) -> int | None:
        """Return the pid that the supervisor wrote down for a program that runs."""
        with contextlib.suppress(OSError, ValueError):
            for each in json.loads((self.home / "supervisor.json").read_text())["programs"]:
                if each["name"] == program:
                    return each["pid"]
        return None

    def kill(self, program: str) -> int:
        """`kill -9` the main process of a program; returns its pid."""
        wait_until(lambda: self.pid_of(program) is not None, 60)
        pid = self.pid_of(program)
        assert pid is not None, f"{program} does not run"
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        return pid

    def wait_for_restart(self, program: str, old: int, *, patience: float = 60.0) -> None:
        assert wait_until(lambda: self.pid_of(program) not in (None, old), patience), tail(self.output)

    def kill_supervisor(self) -> None:
        assert self.supervisor is not None
        self.supervisor.kill()
        self.supervisor.wait()

    def kill_everything(self) -> None:
        """What a power cut does, less the loss of the page cache: every process at once."""
        pids = [self.pid_of(name) for name in ("PostgreSQL", "Valkey")] + list(orphans(self.home))
        self.kill_supervisor()
        for pid in filter(None, pids):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        assert wait_until(lambda: all(start_time(pid) is None for pid in filter(None, pids)), 10)

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Ask its database."""
        with psycopg.connect(environment.local_database_url(self.home)) as connection:
            return connection.execute(query, values or None).fetchall()

    def register_platform(self, name: str, endpoint: str = "") -> Door:
        """Register a platform as the administrator's page does."""
        code = (
            "import json\n"
            "from aimass_apps.people.platforms import register_platform\n"
            f"made, key, secrets = register_platform(name={name!r}, endpoint={endpoint!r})\n"
            "print(json.dumps([str(made.public_id), key, secrets.incoming, secrets.outgoing]))\n"
        )
        done = subprocess.run(
            [sys.executable, "manage.py", "shell", "--verbosity=0", "-c", code],
            cwd=ROOT,
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        )
        return Door(*json.loads(done.stdout.strip().splitlines()[-1]))

    def send(self, door: Door, posts: list[dict[str, Any]], *, timeout: float = 10.0) -> list[dict[str, Any]]:
        """Send posts by the API; URLError or OSError when no answer came, AssertionError when it is not 202."""
        request = urllib.request.Request(
            f"{self.address}/api/v1/posts/",
            data=json.dumps({"posts": posts}).encode(),
            headers={"Authorization": f"Bearer {door.key}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            assert answer.status == 202
            return list(json.loads(answer.read())["posts"])
