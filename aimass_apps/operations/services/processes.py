"""Start, recognise and end processes: the part that PostgreSQL, Valkey and the supervisor share."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from aimass_apps import environment

CHILD = Path(__file__).with_name("child.py")
NOBODY = 65534  # owns the folder where root had to become `nobody`
LARGEST_LOG_BYTES = 10_000_000
CAUSES = {
    "No space left on device": "{service} has no disk space left in {folder}: free some space and start again.",
    "Permission denied": "{service} may not use {folder}: make it yours (chown) or set AIMASS_HOME.",
    "Operation not permitted": "{service} may not start in {folder}: run as an ordinary user or set AIMASS_HOME.",
    "Read-only file system": "{folder} is on a read-only disk: set AIMASS_HOME to one that is not.",
    "Address already in use": "{service} found its socket in use: end its holder and start again.",
    "incompatible with server": "{folder} is of another PostgreSQL version: set AIMASS_HOME to a new folder.",
    "Cannot allocate memory": "{service} got no memory: end some programs and start again.",
}


class ServiceError(Exception):
    """A service can't run; the message is one sentence that says what to do about it."""


def child_command(
    command: Sequence[str | Path],
    *,
    on_parent_death: str = "SIGTERM",
    user_namespace: bool = False,
    user: str = "",
    nice: int = 0,
) -> list[str]:
    """Return the command line that runs `command` as a child which dies with this process."""
    options = [f"--parent={os.getpid()}", f"--on-parent-death={on_parent_death}", f"--nice={nice}"]
    if user_namespace:
        options.append("--user-namespace")
    if user:
        options.append(f"--user={user}")
    return [sys.executable, "-I", "-S", str(CHILD), *options, "--", *map(str, command)]


def spawn(
    command: Sequence[str], *, log: Path, environment: Mapping[str, str], folder: Path | str = "/"
) -> subprocess.Popen[bytes]:
    """Start `command` in its own session (the terminal's Ctrl-C must not reach it), its output in `log`."""
    with open_log(log) as output:
        return subprocess.Popen(  # noqa: S603 - every command line is built by this project
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            cwd=folder,
            start_new_session=True,
        )


def open_log(path: Path) -> IO[bytes]:
    """Open a log for appending; one that has grown past 10 MB is kept once as `.1` and begun anew."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LARGEST_LOG_BYTES:
        path.replace(path.with_suffix(path.suffix + ".1"))
    return path.open("ab")


def tail(path: Path, characters: int = 4000) -> str:
    """Return the end of a log, or an empty text when there is none."""
    try:
        return path.read_bytes()[-characters:].decode(errors="replace")
    except OSError:
        return ""


def start_time(pid: int) -> int | None:
    """Return the start time of a running process in clock ticks; None when it is gone or a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else int(fields[19])


def command_line(pid: int) -> list[str]:
    """Return the arguments of a running process, empty when it is gone."""
    try:
        return [part.decode(errors="replace") for part in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")]
    except OSError:
        return []


def remember(path: Path, pid: int) -> None:
    """Write who runs: the pid with its start time, since a pid alone is soon somebody else's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps({"pid": pid, "started": start_time(pid)}), encoding="utf-8")
    temporary.replace(path)


def remembered(path: Path) -> int | None:
    """Return the remembered pid if that very process still runs, else None."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        pid, started = int(record["pid"]), record["started"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return pid if started is not None and start_time(pid) == started else None


def wait_until(condition: Callable[[], bool], seconds: float, *, pause: float = 0.02) -> bool:
    """Wait for `condition` for at most `seconds`; say whether it came."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True


def end(pid: int, *, first: signal.Signals = signal.SIGTERM, patience: float = 10.0) -> None:
    """End a process that need not be our child: ask with `first`, after `patience` seconds kill its group."""
    started = start_time(pid)
    if started is None:
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, first)
    if wait_until(lambda: start_time(pid) != started, patience):
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if os.getpgid(pid) == pid:
            os.killpg(pid, signal.SIGKILL)
        else:
            os.kill(pid, signal.SIGKILL)
    wait_until(lambda: start_time(pid) != started, 5)


def make_socket_folder(home: Path) -> Path:
    """Make the private folder of the sockets of an installation and return it."""
    folder = environment.socket_dir(home)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if folder.stat().st_uid not in (os.geteuid(), NOBODY):
        message = f"The folder {folder} belongs to another user: remove it, or move the project to a shorter path."
        raise ServiceError(message)
    return folder


def explain_error(error: OSError, *, home: Path) -> str:
    """Turn an error of the operating system into one sentence that says what to do."""
    for sign, sentence in CAUSES.items():
        if sign in str(error):
            return sentence.format(service="AI Mass Apps", folder=error.filename or home)
    return f"{error.strerror}: {error.filename or home}; solve this and start again."


def explain(log_text: str, *, service: str, log: Path, folder: Path) -> str:
    """Turn the end of a service's log into one sentence that says what to do."""
    for sign, sentence in CAUSES.items():
        if sign in log_text:
            return sentence.format(service=service, folder=folder)
    last = next((line for line in reversed(log_text.splitlines()) if line.strip()), "it wrote nothing")
    return f"{service} did not start ({last.strip()[:200]}): the full log is {log}."
