"""Whatever ends a test, nothing that it started goes on; shown by an inner pytest and a look at all processes."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from aimass_apps import environment
from aimass_apps.operations.services.processes import start_time
from tests.support.leftovers import MARK, OWNER, PREFIX, Starter, end_all, end_crashed_runs, processes_of
from tests.support.patience import eventually, patience

SLEEP = f"{sys.executable!r}, '-c', 'import time; time.sleep(3000)'"
# A child, its child in the same group, and one in a session of its own.
FAMILY = (
    f"import subprocess, time; [subprocess.Popen([{SLEEP}], start_new_session=own) for own in (0, 1)]; time.sleep(3000)"
)
INNER = """
import os, signal, sys, time
from pathlib import Path
import psutil

def test_inner(start):
    process = start([sys.executable, "-c", {family!r}])
    while len(psutil.Process(process.pid).children()) < 2:
        time.sleep(0.02)
    Path({seen!r}).write_text(" ".join(str(each.pid) for each in psutil.Process().children(recursive=True)))
    {ending}
"""
ENDINGS = {
    "failure": "assert not process",
    "timeout": "time.sleep(3000)",
    "interrupt": "raise KeyboardInterrupt",
    "exit": "os._exit(1)",
    "killed": "os.kill(os.getpid(), signal.SIGKILL)",
}


def command(test: Path, home: Path, *options: str) -> tuple[list[str], dict[str, str]]:
    """An inner pytest, whose temporary folders lie under `home`."""
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    words += ["-c", str(environment.BASE_DIR / "pyproject.toml"), f"--rootdir={home}", f"--basetemp={home / 'inner'}"]
    kept = {name: value for name, value in os.environ.items() if name not in (MARK, "PYTEST_TIMEOUT")}
    return [*words, *options, str(test)], {**kept, "TMPDIR": str(home), "PYTHONPATH": str(environment.BASE_DIR)}


@pytest.mark.slow
@pytest.mark.processes
@pytest.mark.parametrize("ending", ENDINGS)
def test_nothing_outlives_its_test_however_that_ends(ending: str, tmp_path: Path) -> None:
    seen, test = tmp_path / "seen", tmp_path / "test_inner.py"
    test.write_text(INNER.format(seen=str(seen), family=FAMILY, ending=ENDINGS[ending]), encoding="utf-8")
    words, settings = command(test, tmp_path, *(["--timeout=2"] if ending == "timeout" else []))
    done = subprocess.run(words, env=settings, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode != 0
    started = [int(pid) for pid in seen.read_text().split()]
    assert len(started) == 3, done.stdout
    if ending in {"exit", "killed"}:  # nothing of the run itself could clear up: the next one does
        assert [folder.name[: len(PREFIX)] for folder in end_crashed_runs(tmp_path)] == [PREFIX]
    assert eventually(lambda: all(start_time(pid) is None for pid in started))
    assert list(tmp_path.glob(f"{PREFIX}*")) == []


INSTALLATION = """
from pathlib import Path
from tests.support.site import Site

def test_inner(tmp_path):
    with Site(tmp_path / "home").running() as site:
        Path({seen!r}).write_text(" ".join(str(site.pid_of(name)) for name in ("PostgreSQL", "Valkey", "web")))
        {ending}
"""


@pytest.mark.slow
@pytest.mark.processes
@pytest.mark.parametrize("ending", ["assert not site", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"])
def test_no_installation_outlives_its_test(ending: str, tmp_path: Path) -> None:
    seen, test = tmp_path / "seen", tmp_path / "test_inner.py"
    test.write_text(INSTALLATION.format(seen=str(seen), ending=ending), encoding="utf-8")
    words, settings = command(test, tmp_path)
    done = subprocess.run(words, env=settings, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode != 0
    started = [int(pid) for pid in seen.read_text().split()]
    assert len(started) == 3, done.stdout
    # Its supervisor dies with pytest, and stops the rest.
    assert eventually(lambda: processes_of(tmp_path / "inner") == [], within=30)
    assert all(start_time(pid) is None for pid in started)


@pytest.mark.processes
def test_a_run_that_goes_on_is_left_alone_and_a_crashed_one_is_not(tmp_path: Path, start: Starter) -> None:
    going_on, crashed, unknown = (tmp_path / f"{PREFIX}{name}" for name in ("going-on", "crashed", "unknown"))
    children = {}
    for folder in (going_on, crashed, unknown):
        folder.mkdir()
        children[folder] = start([sys.executable, "-c", "import time; time.sleep(3000)"], env={MARK: str(folder)})
    (going_on / OWNER).write_text(f'{{"pid": {os.getpid()}, "started": {start_time(os.getpid())}}}')
    (crashed / OWNER).write_text(f'{{"pid": {os.getpid()}, "started": 1}}')
    # Between fork and exec a child still shows our own environment.
    assert all(eventually(lambda folder=folder: processes_of(folder) == [children[folder].pid]) for folder in children)

    assert end_crashed_runs(tmp_path) == [crashed]

    assert children[crashed].wait(patience(5)) == -signal.SIGKILL
    assert [children[folder].poll() for folder in (going_on, unknown)] == [None, None]
    assert [folder.exists() for folder in (going_on, crashed, unknown)] == [True, False, True]
    end_all(processes_of(going_on))
    assert children[going_on].wait(patience(5)) == -signal.SIGKILL
