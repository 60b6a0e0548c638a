"""Processes that tests start end with them: after a failure, a timeout, Ctrl-C, and when pytest itself is killed.

Three nets, each for what slips through the one before: `start` and `Site` end what they started in a finalizer; the
end of the run ends whatever still carries the run's mark; and the next run does the same for one that was killed.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from aimass_apps.operations.services.processes import remember, remembered, start_time, wait_until
from tests.support.patience import patience

PREFIX = "aimass-tests-"
OWNER = "owner.json"  # in the folder of a run: which pytest it belongs to
MARK = "AIMASS_TEST_RUN"  # in the environment of everything that a run starts


def claim_run(home: Path) -> None:
    """Write down whose folder this is, and mark all that will be started."""
    remember(home / OWNER, os.getpid())
    os.environ[MARK] = str(home)


def end_crashed_runs(temporary: Path | None = None) -> list[Path]:
    """End what killed runs left running and remove their folders; return those. Runs that go on are left alone."""
    folders = sorted((temporary or Path(tempfile.gettempdir())).glob(f"{PREFIX}*"))
    crashed = [folder for folder in folders if (folder / OWNER).exists() and remembered(folder / OWNER) is None]
    for folder in crashed:
        end_all(processes_of(folder))
        shutil.rmtree(folder, ignore_errors=True)
    return crashed


def processes_of(folder: Path) -> list[int]:
    """Return the processes that name the folder in their environment or on their command line, but this one."""
    name = os.fsencode(folder)
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):  # gone meanwhile, or another user's
            if entry.name.isdigit() and int(entry.name) != os.getpid() and _names(entry, name):
                found.append(int(entry.name))
    return [pid for pid in found if start_time(pid) is not None]


def _names(entry: Path, folder: bytes) -> bool:
    return any(folder in (entry / file).read_bytes() for file in ("environ", "cmdline"))


def end_all(pids: list[int]) -> None:
    """Kill them; their children die with them (PR_SET_PDEATHSIG) or name the same folder."""
    started = {pid: start_time(pid) for pid in pids}
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    wait_until(lambda: all(start_time(pid) != at or at is None for pid, at in started.items()), patience(10))


def end_family(process: subprocess.Popen[bytes]) -> None:
    """Kill a process of a session of its own with its group and its children, and wait for it."""
    family: list[int] = []
    with contextlib.suppress(psutil.NoSuchProcess):
        family = [child.pid for child in psutil.Process(process.pid).children(recursive=True)]
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    end_all(family)


Starter = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start() -> Iterator[Starter]:
    """Start processes as `subprocess.Popen` does; with the test each ends, and its group and children with it."""
    started: list[subprocess.Popen[bytes]] = []

    def popen(command: list[str], **options: object) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(command, start_new_session=True, **options)
        started.append(process)
        return process

    yield popen
    for process in started:
        end_family(process)
        for stream in filter(None, (process.stdin, process.stdout, process.stderr)):
            stream.close()
