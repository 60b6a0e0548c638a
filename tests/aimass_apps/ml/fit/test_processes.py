"""A training in two processes: one artefact, and it goes on when stopped."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from aimass_apps.ml.fit import processes
from aimass_apps.registry.artefacts import verify
from tests.support.leftovers import Starter
from tests.support.patience import patience
from tests.support.small import BERT, separates, write

ROOT = Path(__file__).resolve().parents[4]
STOPS = """
import os, sys
from pathlib import Path
os.environ["DJANGO_SETTINGS_MODULE"] = "aimass_apps.settings"
import django
django.setup()
from aimass_apps.ml.fit.progress import Stopped
from aimass_apps.ml.fit.train import train_recipe

def report(progress):
    if (progress.stage, progress.done) == ("train", 17):
        raise Stopped

train_recipe(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), report)
"""


def launch(start: Starter, *arguments: str | Path) -> tuple[int, str, str]:
    """Two processes on this machine's CPU. `accelerate launch --cpu` starts more than one through MPI alone."""
    command = [
        sys.executable,
        "-m",
        "torch.distributed.run",
        "--standalone",
        "--nproc_per_node=2",
        *map(str, arguments),
    ]
    environment = {
        **os.environ,
        "ACCELERATE_USE_CPU": "true",
        "GLOO_SOCKET_IFNAME": "lo",
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": str(ROOT),
    }
    process = start(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    output, errors = process.communicate(timeout=patience(240))
    return process.returncode, output, errors


def test_one_process_alone_is_the_first_and_waits_for_nobody() -> None:
    assert processes.is_first()
    processes.wait_for_all()
    with processes.first_goes_first():
        pass


@pytest.mark.training
@pytest.mark.slow
@pytest.mark.processes
def test_two_processes_are_stopped_go_on_and_write_one_artefact(data: Path, base: Path, start: Starter) -> None:
    recipe = write(data, "bert", BERT, f'base = "{base}"')
    script = data / "stops.py"
    script.write_text(STOPS, encoding="utf-8")

    code, _, errors = launch(start, script, recipe, data, data / "out")
    assert code != 0
    assert "Stopped" in errors
    assert not (data / "out").exists()

    asked = ("train", "--recipe", recipe, "--data", data, "--out", data / "out")
    code, output, errors = launch(start, ROOT / "manage.py", *asked)
    assert code == 0, errors[-3000:]
    assert output.count("wrote ") == 1
    steps = [line.split()[3] for line in errors.splitlines() if line.startswith("train ")]
    assert steps[0].startswith("16/")  # the checkpoint was written at 15
    verify(data / "out")
    assert separates(data / "out")
    assert not list(data.glob("out.new*"))
