"""Install the training set (torch, transformers and their friends) while people already work.

Run as `python -m aimass_apps.operations.training_set`. How far it is stands in `training-set.json` under the home
folder. A machine without an NVIDIA GPU only ever gets a CPU build of torch, never gigabytes of CUDA: where no CPU
build can be had, the installation fails with a sentence that says so.
"""

import importlib
import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from aimass_apps import environment
from aimass_apps.operations.install import installers
from aimass_apps.operations.services.processes import open_log, tail

TORCH = "torch==2.13.0"
REQUIREMENTS = environment.BASE_DIR / "requirements" / "training.txt"
LOCK = REQUIREMENTS.with_suffix(".lock")
PROGRESS_FILE = "training-set.json"
LOG_FILE = "training-set.log"
STEPS = 3


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the installation is: `step` of `steps`, what it does, and the sentence of a failure."""

    state: str  # off, installing, installed, failed
    step: int = 0
    steps: int = STEPS
    doing: str = ""
    last_line: str = ""
    problem: str = ""
    at: float = 0.0  # seconds since the epoch

    @property
    def percent(self) -> int:
        """Done steps as a share; pip and uv tell nothing finer when they write to a file."""
        return 100 if self.state == "installed" else round(100 * self.step / (self.steps + 1))


class NotInstalled(Exception):
    """A step failed; the message is one sentence that says what to do."""


def wanted() -> bool:
    """TRAIN=0 leaves training out of this installation."""
    return environment.flag("TRAIN")


def pins(requirements: Path = REQUIREMENTS) -> Iterator[tuple[str, str]]:
    """Yield (package, version) of everything in the training set."""
    for line in [TORCH, *requirements.read_text(encoding="utf-8").splitlines()]:
        pin = line.partition("#")[0].strip()
        if pin:
            package, _, version = pin.partition("==")
            yield package, version


def is_installed() -> bool:
    """Say whether every pinned package is there; torch's build (`+cpu`) may differ."""
    importlib.invalidate_caches()
    for package, version in pins():
        try:
            found = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            return False
        if found.partition("+")[0] != version:
            return False
    return True


def has_nvidia_gpu() -> bool:
    """Say whether this machine has an NVIDIA GPU with a working driver."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return False
    with suppress(OSError, subprocess.TimeoutExpired):
        done = subprocess.run([program, "-L"], check=False, capture_output=True, timeout=20)  # noqa: S603
        return done.returncode == 0 and b"GPU" in done.stdout
    return False


def torch_commands(*, gpu: bool, machine: str) -> list[list[str]]:
    """Return the ways to install torch, in the order of trying."""
    uv, pip = _installers()
    if gpu:
        return [[*uv, "--torch-backend=auto", TORCH], [*pip, TORCH]]
    ways = [[*uv, "--torch-backend=cpu", TORCH]]
    # The local version +cpu exists as a CPU build only: from the package index, plain torch would bring CUDA.
    ways.append([*pip, f"{TORCH}+cpu"] if machine == "x86_64" else [*pip, TORCH])
    return ways


def friends_commands() -> list[list[str]]:
    """Return the ways to install the rest: a complete, hashed list without torch, so that nothing can replace that."""
    return [[*each, "--no-deps", "--require-hashes", "-r", str(LOCK)] for each in _installers()]


def _installers() -> tuple[list[str], list[str]]:
    uv, pip = installers(sys.executable)
    return uv, [*pip, "--progress-bar=off"]


def install(home: Path) -> None:
    """Install everything, writing progress after each change; NotInstalled with one sentence on failure."""
    gpu = has_nvidia_gpu()
    build = "the GPU build of torch" if gpu else "the CPU build of torch"
    write(home, Progress("installing", 0, doing=f"fetching {build}"))
    if not is_torch_there():
        _first_that_works(
            torch_commands(gpu=gpu, machine=platform.machine()), home, step=1, doing=f"installing {build}"
        )
    write(home, Progress("installing", 1, doing="installing transformers and the rest"))
    _first_that_works(friends_commands(), home, step=2, doing="installing transformers and the rest")
    write(home, Progress("installing", 3, doing="checking"))
    if not is_installed():
        raise NotInstalled("The packages were installed in other versions than asked: remove .venv and start again.")


def is_torch_there() -> bool:
    """Say whether the pinned torch is installed in any build."""
    importlib.invalidate_caches()
    with suppress(importlib.metadata.PackageNotFoundError):
        return importlib.metadata.version("torch").partition("+")[0] == TORCH.partition("==")[2]
    return False


def read(home: Path) -> Progress:
    """Return how far the installation is; `off` where none was ever begun."""
    with suppress(OSError, ValueError, TypeError):
        return Progress(**json.loads((home / PROGRESS_FILE).read_text(encoding="utf-8")))
    return Progress("installed" if is_installed() else "off")


def write(home: Path, progress: Progress) -> None:
    """Replace the progress file in one step."""
    temporary = home / f"{PROGRESS_FILE}.tmp"
    temporary.write_text(json.dumps({**asdict(progress), "at": time.time()}), encoding="utf-8")
    temporary.replace(home / PROGRESS_FILE)


def _first_that_works(commands: list[list[str]], home: Path, *, step: int, doing: str) -> None:
    for command in commands:
        if _run(command, home, step=step, doing=doing):
            return
    text = tail(home / "logs" / LOG_FILE).lower()
    cause = "the packages can't be fetched: check the network"
    if "no space left" in text:
        cause = "there is no disk space left: free about 2 GB"
    elif "+cpu" in text and any(sign in text for sign in ("no matching distribution", "resolutionimpossible")):
        cause = "no CPU build of torch can be reached: check the network, or set PIP_FIND_LINKS to a folder with it"
    raise NotInstalled(f"Training is not available, {cause}, then start again (log: {home / 'logs' / LOG_FILE}).")


def _run(command: list[str], home: Path, *, step: int, doing: str) -> bool:
    """Run one command, its last line shown in the progress; say whether it succeeded."""
    log = home / "logs" / LOG_FILE
    environment = {**os.environ, "UV_HTTP_TIMEOUT": os.environ.get("UV_HTTP_TIMEOUT", "30")}
    with open_log(log) as output:
        process = subprocess.Popen(  # noqa: S603 - every command line is built above
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=environment
        )
        while True:
            lines = [line for line in tail(log, 1000).splitlines() if line.strip()]
            write(home, Progress("installing", step, doing=doing, last_line=lines[-1][:200] if lines else ""))
            with suppress(subprocess.TimeoutExpired):
                return process.wait(2) == 0


def main() -> None:
    """Install and leave with 0, or write the problem and leave with 1."""
    home = environment.home()
    (home / "logs").mkdir(parents=True, exist_ok=True)
    try:
        install(home)
    except NotInstalled as error:
        write(home, Progress("failed", problem=str(error)))
        sys.exit(str(error))
    write(home, Progress("installed", STEPS))


if __name__ == "__main__":
    main()
