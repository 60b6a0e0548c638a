"""One supervisor for a folder: the lock, the port, the disk, and what a killed predecessor left running."""

import contextlib
import errno
import fcntl
import os
import shutil
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

from aimass_apps.operations.services.processes import ServiceError, end, start_time, wait_until

# In the environment of everything that a supervisor starts, so that the next one knows its own orphans.
MARK = "AIMASS_SUPERVISED"
SMALLEST_DISK_BYTES = 300_000_000


@contextlib.contextmanager
def claim(home: Path) -> Iterator[None]:
    """Hold the folder's lock while the block runs; ServiceError when another supervisor holds it.

    The kernel drops the lock with its holder, however that one dies.
    """
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (home / "up.lock").open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            message = f"This folder is already being served (process {holder}): stop that one first, with Ctrl-C."
            raise ServiceError(message) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def check_port(host: str, port: int) -> None:
    """Raise ServiceError when the address can't be listened on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            sentences = {
                errno.EADDRINUSE: f"Port {port} is taken by another program: end it, or choose another port, "
                f"as in `PORT={port + 1} make run`.",
                errno.EACCES: f"Port {port} needs root: choose one above 1023, as in `PORT=8000 make run`.",
            }
            fallback = f"{host}:{port} can't be listened on ({error.strerror}): set HOST and PORT."
            raise ServiceError(sentences.get(error.errno or 0, fallback)) from error


def check_disk(home: Path) -> None:
    """Raise ServiceError when the disk is so full that PostgreSQL would stop half-way."""
    free = shutil.disk_usage(home).free
    if free < SMALLEST_DISK_BYTES:
        message = (
            f"Only {free // 1_000_000} MB of disk are free in {home}: free at least "
            f"{SMALLEST_DISK_BYTES // 1_000_000} MB, or set AIMASS_HOME to another disk."
        )
        raise ServiceError(message)


def orphans(home: Path) -> list[int]:
    """Return the pids that carry this folder's mark: children whose supervisor died before it could stop them."""
    wanted = f"{MARK}={home}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):  # gone meanwhile, or another user's
            if wanted in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
    return found


def end_orphans(home: Path, *, patience: float = 8.0) -> int:
    """End what a killed supervisor left on this folder, warm first; return how many there were."""
    left = orphans(home)
    for pid in left:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    wait_until(lambda: all(start_time(pid) is None for pid in left), patience, pause=0.05)
    for pid in left:
        end(pid, first=signal.SIGKILL, patience=2)
    return len(left)
