"""A whole installation as a test sees it: `manage.py up` in a folder of its own, to be stopped, killed and asked."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from aimass_apps import environment
from aimass_apps.operations.services.processes import child_command, start_time, tail, wait_until
from aimass_apps.operations.supervision.claim import orphans
from tests.support.leftovers import end_all, processes_of
from tests.support.patience import patience

ROOT = environment.BASE_DIR
# What this test run set for itself, and an ordinary shell would not have.
LEFT_TO_THE_SITE = {
    *("SECRET_KEY", "FIELD_KEYS", "HASH_KEY", "DATABASE_URL", "REDIS_URL"),
    *("DJANGO_SETTINGS_MODULE", "DJANGO_ALLOW_ASYNC_UNSAFE"),
}
# The step after which `manage.py up` has asked its own web server whether it is ready.
WAITED = "✓ Waiting until the site answers"
ACCOUNT = re.compile(r"^\s+([a-z_]+)\s+((?:[a-z0-9]{4}-){3}[a-z0-9]{4})\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Registered:
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
    """An installation under `home`; extra `settings` go into its environment. Waits are for a quiet machine."""

    def __init__(self, home: Path, **settings: str) -> None:
        self.home, self.port = home.resolve(), free_port()
        self.environment = {key: value for key, value in os.environ.items() if key not in LEFT_TO_THE_SITE}
        own = {"AIMASS_HOME": str(self.home), "PORT": str(self.port), "HOST": "127.0.0.1", "TRAIN": "0"}
        own["PYTHONUNBUFFERED"] = "1"  # what it prints is read while it runs
        self.environment.update({**own, **settings})
        self.output = self.home / "up.txt"
        self.supervisor: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def accounts(self) -> dict[str, str]:
        """The passwords that its first start printed, by user name."""
        return dict(ACCOUNT.findall(self.output.read_text(encoding="utf-8")))

    @contextlib.contextmanager
    def running(self) -> Iterator["Site"]:
        """Start it, and whatever happens in the block, leave nothing of it running."""
        try:
            self.start()
            yield self
        finally:
            self.end()

    def start(self, *, within: float = 120.0) -> None:
        """Start and wait until ready; AssertionError with the output when it does not come up."""
        self.home.mkdir(parents=True, exist_ok=True)
        with self.output.open("ab") as output:
            before = output.tell()
            supervisor = self.supervisor = subprocess.Popen(
                # It dies with this process, however that one ends.
                child_command([sys.executable, "manage.py", "up"]),
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        ended = False

        def is_over() -> bool:
            nonlocal ended
            ended = supervisor.poll() is not None
            # A web server that a killed run left answers until it has ended: wait for this run's.
            return ended or (WAITED.encode() in self.output.read_bytes()[before:] and self.is_ready())

        # Asked once: under load a site that is ready may be too slow for the next question.
        ready = wait_until(is_over, patience(within), pause=0.2) and not ended
        assert ready, f"exit status {supervisor.poll()}\n{tail(self.output)}"

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz/ready", timeout=patience(3)) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def stop(self) -> None:
        """Stop it like Ctrl-C; TimeoutExpired when it does not end."""
        if self.supervisor is not None and self.supervisor.poll() is None:
            self.supervisor.send_signal(signal.SIGINT)
            self.supervisor.wait(patience(60))

    def end(self) -> None:
        """Stop it, and kill what is left of it after that, or of a supervisor that died."""
        try:
            self.stop()
        finally:
            end_all(processes_of(self.home))
            if self.supervisor is not None:
                self.supervisor.wait()

    def run(self, *arguments: str) -> str:
        """Return the output of a management command in this installation; AssertionError with its complaint."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    def pid_of(self, program: str) -> int | None:
        """Return the pid that the supervisor wrote down for a program that runs."""
        with contextlib.suppress(OSError, ValueError):
            for each in json.loads((self.home / "supervisor.json").read_text())["programs"]:
                if each["name"] == program:
                    return each["pid"]
        return None

    def kill(self, program: str) -> int:
        """`kill -9` the main process of a program; returns its pid."""
        wait_until(lambda: self.pid_of(program) is not None, patience(60))
        pid = self.pid_of(program)
        assert pid is not None, f"{program} does not run"
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        return pid

    def wait_for_restart(self, program: str, old: int, *, within: float = 60.0) -> None:
        assert wait_until(lambda: self.pid_of(program) not in (None, old), patience(within)), tail(self.output)

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
        assert wait_until(lambda: all(start_time(pid) is None for pid in filter(None, pids)), patience(10))

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Ask its database."""
        with psycopg.connect(environment.local_database_url(self.home)) as connection:
            return connection.execute(query, values or None).fetchall()

    def register_platform(self, name: str, endpoint: str = "") -> Registered:
        """Register a platform as the administrator's page does."""
        code = (
            "import json\n"
            "from aimass_apps.people.platforms import register_platform\n"
            f"made, key, secrets = register_platform(name={name!r}, endpoint={endpoint!r})\n"
            "print(json.dumps([str(made.public_id), key, secrets.incoming, secrets.outgoing]))\n"
        )
        printed = self.run("shell", "--verbosity=0", "-c", code)
        return Registered(*json.loads(printed.strip().splitlines()[-1]))

    def send(self, platform: Registered, posts: list[dict[str, Any]], *, timeout: float = 10.0) -> list[dict[str, Any]]:
        """Send posts by the API; URLError or OSError when no answer came, AssertionError when it is not 202."""
        request = urllib.request.Request(
            f"{self.url}/api/v1/posts/",
            data=json.dumps({"posts": posts}).encode(),
            headers={"Authorization": f"Bearer {platform.key}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=patience(timeout)) as answer:
            assert answer.status == 202
            return list(json.loads(answer.read())["posts"])
