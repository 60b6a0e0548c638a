"""What dies is started again, with back-off and the reason told; what is stopped takes its children along."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from aimass_apps.operations.services.processes import ServiceError, start_time, wait_until
from aimass_apps.operations.supervision import supervisor as module
from aimass_apps.operations.supervision.programs import Program, first_programs, later_programs, training_worker
from aimass_apps.operations.supervision.supervisor import (
    RunningProgram,
    Supervisor,
    back_off,
    describe_end,
    shorten_logs,
)
from tests.support.patience import patience

pytestmark = pytest.mark.processes
SLEEP = (sys.executable, "-c", "import time; time.sleep(3000)")


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path: Path, clock: Clock, told: list[str]) -> Iterator[Supervisor]:
    supervisor = Supervisor(tmp_path, tell=told.append, clock=clock)
    yield supervisor
    supervisor.stop()


def run(supervisor: Supervisor, *command: str, name: str = "web", **options: object) -> RunningProgram:
    program = RunningProgram(Program(name, command or SLEEP, **options), home=supervisor.home)
    supervisor.add(program)
    return program


def wait_for_end(program: RunningProgram) -> None:
    assert program.process is not None
    program.process.wait(patience(10))


def test_a_killed_program_is_started_again_after_the_back_off(
    supervisor: Supervisor, clock: Clock, told: list[str]
) -> None:
    program = run(supervisor)
    assert program.process is not None
    first = program.process.pid
    program.process.kill()
    wait_for_end(program)

    supervisor.look()
    assert supervisor.states["web"].state == "waiting"
    assert told == ["web ended: killed by SIGKILL; starting it again in 1 s"]
    clock.now += 1.1
    supervisor.look()

    assert supervisor.states["web"].state == "running"
    assert supervisor.states["web"].restarts == 1
    assert program.process.pid != first


def test_the_reason_is_the_last_line_of_the_log(supervisor: Supervisor, told: list[str]) -> None:
    program = run(supervisor, sys.executable, "-c", "import sys; sys.exit('the disk is full')")
    wait_for_end(program)

    supervisor.look()

    assert "exit code 1 (the disk is full)" in told[0]


def test_back_off_doubles_to_half_a_minute_and_starts_anew_after_a_steady_minute(
    supervisor: Supervisor, clock: Clock
) -> None:
    assert [back_off(ends) for ends in range(1, 8)] == [1, 2, 4, 8, 16, 30, 30]
    program = run(supervisor)
    supervisor._quick_ends["web"] = 4
    clock.now += 61
    supervisor.look()
    assert program.process is not None
    program.process.kill()
    wait_for_end(program)

    supervisor.look()

    assert supervisor._next_start["web"] == clock.now + 1


def test_a_program_that_runs_once_is_done_when_it_succeeds(supervisor: Supervisor) -> None:
    program = run(supervisor, sys.executable, "-c", "", name="training-set", once=True)
    wait_for_end(program)

    supervisor.look()

    assert supervisor.is_done("training-set")
    assert supervisor.states["training-set"].restarts == 0


def test_a_program_that_runs_once_is_tried_again_after_minutes(supervisor: Supervisor, told: list[str]) -> None:
    program = run(supervisor, sys.executable, "-c", "raise SystemExit(1)", name="training-set", once=True)
    wait_for_end(program)

    supervisor.look()

    assert not supervisor.is_done("training-set")
    assert told[0].endswith("starting it again in 300 s")


def test_stopping_ends_the_children_of_a_program_too(supervisor: Supervisor, tmp_path: Path) -> None:
    pid_file = tmp_path / "grandchild"
    code = (
        "import subprocess, sys, pathlib, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(3000)'])\n"
        f"pathlib.Path({str(pid_file)!r}).write_text(str(child.pid))\n"
        "time.sleep(3000)\n"
    )
    run(supervisor, sys.executable, "-c", code)
    assert wait_until(lambda: pid_file.exists() and pid_file.read_text() != "", patience(10))

    supervisor.stop()

    assert wait_until(lambda: start_time(int(pid_file.read_text())) is None, patience(5))


def test_a_killed_main_process_leaves_no_child_that_holds_its_port(
    supervisor: Supervisor, clock: Clock, tmp_path: Path
) -> None:
    pid_file = tmp_path / "grandchild"
    code = (
        "import subprocess, sys, pathlib, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(3000)'])\n"
        f"pathlib.Path({str(pid_file)!r}).write_text(str(child.pid))\n"
        "time.sleep(3000)\n"
    )
    program = run(supervisor, sys.executable, "-c", code)
    assert wait_until(lambda: pid_file.exists() and pid_file.read_text() != "", patience(10))
    orphan = int(pid_file.read_text())
    assert program.process is not None
    program.process.kill()
    wait_for_end(program)

    supervisor.look()
    clock.now += 2
    supervisor.look()

    assert wait_until(lambda: start_time(orphan) is None, patience(5))


def test_stopping_is_warm_and_in_the_reverse_order(supervisor: Supervisor, tmp_path: Path) -> None:
    story = tmp_path / "story"
    code = (
        "import pathlib, signal, sys, time\n"
        "def leave(*_):\n"
        f"    open({str(story)!r}, 'a').write(sys.argv[1] + ' ')\n"
        "    sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, leave)\n"
        f"pathlib.Path({str(tmp_path)!r}, sys.argv[1]).touch()\n"
        "time.sleep(3000)\n"
    )
    for name in ("first", "second"):
        run(supervisor, sys.executable, "-c", code, name, name=name)
        assert wait_until((tmp_path / name).exists, patience(10))

    supervisor.stop()

    assert story.read_text() == "second first "


def test_a_program_that_does_not_stop_is_killed(supervisor: Supervisor, tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    code = (
        "import pathlib, signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"pathlib.Path({str(ready)!r}).touch()\n"
        "time.sleep(3000)\n"
    )
    program = run(supervisor, sys.executable, "-c", code, patience=0.2)
    assert wait_until(ready.exists, patience(10))

    supervisor.stop()

    assert program.process is not None
    assert program.process.returncode == -signal.SIGKILL


def test_states_are_written_for_the_status_page(supervisor: Supervisor) -> None:
    program = run(supervisor)
    assert program.process is not None

    record = json.loads((supervisor.home / "supervisor.json").read_text())

    assert record["programs"][0]["name"] == "web"
    assert record["programs"][0]["pid"] == program.process.pid


def test_a_start_that_fails_is_told_and_tried_again(supervisor: Supervisor, told: list[str]) -> None:
    class Refusing(RunningProgram):
        def start(self) -> None:
            raise ServiceError("no disk space left")

    supervisor.add(Refusing(Program("web", SLEEP), home=supervisor.home))

    assert told == ["web ended: no disk space left; starting it again in 1 s"]
    assert supervisor.states["web"].state == "waiting"


def test_long_logs_are_cut_and_kept_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST_LOG_BYTES", 10)
    log = tmp_path / "web.log"
    with log.open("ab") as writer:
        writer.write(b"twelve bytes")
        writer.flush()

        shorten_logs(tmp_path)
        writer.write(b"next")

    assert log.read_bytes() == b"next"
    assert (tmp_path / "web.log.1").read_bytes() == b"twelve bytes"


@pytest.mark.parametrize(
    ("code", "log", "said"),
    [
        (-9, "whatever", "killed by SIGKILL"),
        (1, "a\nlast\n\n", "exit code 1 (last)"),
        (3, "", "exit code 3"),
    ],
)
def test_an_end_is_described(code: int, log: str, said: str) -> None:
    assert describe_end(code, log) == said


def test_every_program_of_the_installation_can_be_found(tmp_path: Path) -> None:
    for program in [*first_programs(host="127.0.0.1", port=8000), *later_programs(tmp_path), training_worker()]:
        module_name = program.command[2]
        found = subprocess.run([sys.executable, "-m", module_name, "--help"], check=False, capture_output=True)
        assert found.returncode == 0, program.name


def test_judging_leaves_the_threads_that_send(tmp_path):
    """One thread of a worker judges: four are left for deliveries and sweeps."""
    background = next(each for each in later_programs(tmp_path) if each.name == "background")
    assert "--concurrency=5" in background.command
