"""The training set: a CPU machine never gets CUDA, progress is told, a failure is one sentence."""

import importlib.metadata
import sys
from pathlib import Path

import pytest

from aimass_apps.operations import training_set
from aimass_apps.operations.training_set import NotInstalled, Progress, torch_commands
from tests.support.locks import locked


def test_a_cpu_machine_never_asks_for_a_build_with_cuda() -> None:
    for command in torch_commands(gpu=False, machine="x86_64"):
        asks_for_cpu = "--torch-backend=cpu" in command or command[-1] == "torch==2.13.0+cpu"
        assert asks_for_cpu, command


def test_a_gpu_machine_gets_the_build_for_its_driver() -> None:
    uv, pip = torch_commands(gpu=True, machine="x86_64")

    assert "--torch-backend=auto" in uv
    assert pip[-1] == "torch==2.13.0"


def test_no_gpu_without_a_working_nvidia_smi(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "nvidia-smi"
    broken.write_text("#!/bin/sh\nexit 9\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not training_set.has_nvidia_gpu()

    broken.write_text("#!/bin/sh\necho 'GPU 0: a card'\n")
    assert training_set.has_nvidia_gpu()


def test_the_rest_is_hashed_and_cannot_replace_torch_by_another_build() -> None:
    for command in training_set.friends_commands():
        assert {"--no-deps", "--require-hashes"} <= set(command)
        assert command[-2:] == ["-r", str(training_set.LOCK)]
    assert "torch" not in locked("training.lock")
    assert not any(package.startswith(("nvidia", "triton")) for package in locked("training.lock"))


def test_every_pin_is_exact() -> None:
    pins = dict(training_set.pins())

    assert pins["torch"] == "2.13.0"
    assert "transformers" in pins
    assert all(pins.values())
    torch_as_locked = training_set.REQUIREMENTS.with_name("without-torch.txt").read_text()
    assert training_set.TORCH in torch_as_locked


def test_what_is_looked_for_is_what_is_installed() -> None:
    lock = locked("training.lock")
    assert {package: lock.get(package) for package, _ in training_set.pins() if package != "torch"} == {
        package: {version} for package, version in training_set.pins() if package != "torch"
    }


def test_another_version_counts_as_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.metadata, "version", lambda _: "0.0.1")

    assert not training_set.is_installed()


def test_progress_is_read_back_as_written(tmp_path: Path) -> None:
    training_set.write(tmp_path, Progress("installing", 1, doing="installing torch", last_line="fetching"))

    progress = training_set.read(tmp_path)

    assert (progress.state, progress.doing, progress.last_line) == ("installing", "installing torch", "fetching")
    assert 0 < progress.percent < 100
    assert progress.at > 0


def test_a_damaged_progress_file_is_no_error(tmp_path: Path) -> None:
    (tmp_path / training_set.PROGRESS_FILE).write_text("{")

    assert training_set.read(tmp_path).state in {"installed", "off"}


@pytest.mark.parametrize(
    ("output", "advice"),
    [
        ("ERROR: No space left on device", "free about 2 GB"),
        ("ERROR: No matching distribution found for torch==2.13.0+cpu", "PIP_FIND_LINKS"),
        ("Cannot install torch==2.13.0+cpu because\nERROR: ResolutionImpossible: for help", "PIP_FIND_LINKS"),
        ("ERROR: could not connect", "check the network"),
    ],
)
def test_a_failure_is_one_sentence_that_says_what_to_do(output: str, advice: str, tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    failing = [sys.executable, "-c", f"import sys; sys.exit({output!r})"]

    with pytest.raises(NotInstalled, match=advice):
        training_set._first_that_works([failing], tmp_path, step=1, doing="installing")


def test_the_second_way_is_tried_when_the_first_fails(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    made = tmp_path / "made"
    failing = [sys.executable, "-c", "raise SystemExit(1)"]
    working = [sys.executable, "-c", f"open({str(made)!r}, 'w')"]

    training_set._first_that_works([failing, working], tmp_path, step=1, doing="installing")

    assert made.exists()


@pytest.mark.parametrize(("value", "wanted"), [("", True), ("1", True), ("0", False), ("off", False)])
def test_train_0_leaves_it_out(value: str, wanted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAIN", value)

    assert training_set.wanted() is wanted
