"""Installing: instant when nothing has changed, one sentence when something is in the way."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from aimass_apps.operations import install
from aimass_apps.operations.install import InstallError
from tests.support.locks import REQUIREMENTS, locked


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with an empty virtual environment and requirement files of its own."""
    (tmp_path / "requirements").mkdir()
    for names in install.SETS.values():
        for name in names:
            (tmp_path / "requirements" / name).write_text(f"# {name}\n")
    venv = tmp_path / ".venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to(sys.executable)
    monkeypatch.setattr(install, "ROOT", tmp_path)
    monkeypatch.setattr(install, "VENV", venv)
    monkeypatch.setattr(install, "PYTHON", venv / "bin" / "python")
    monkeypatch.setattr(install, "REQUIREMENTS", tmp_path / "requirements")
    monkeypatch.setenv("AIMASS_HOME", str(tmp_path / "home"))
    return tmp_path


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that would be run, all of which succeed."""
    seen: list[list[str]] = []

    def run(command: list[str], log: Path) -> bool:
        seen.append(command)
        return True

    monkeypatch.setattr(install, "run", run)
    return seen


def test_a_set_is_installed_once_and_again_when_its_files_change(project: Path, commands: list[list[str]]) -> None:
    install.install("serving")
    done = len(commands)
    assert any("--require-hashes" in command for command in commands)

    install.install("serving")
    assert [command for command in commands[done:] if "install" in command] == []

    (project / "requirements" / "serving.lock").write_text("# newer\n")
    install.install("serving")
    assert any("install" in command for command in commands[done:])


def test_every_set_is_hashed_whole(project: Path, commands: list[list[str]]) -> None:
    for name in install.SETS:
        install.install(name)
    installs = [command for command in commands if "-r" in command]
    assert len(installs) == sum(map(len, install.SETS.values()))
    assert all("--require-hashes" in command for command in installs)


def test_the_lock_files_agree_and_pin_what_was_asked_for() -> None:
    files = {*(file for files in install.SETS.values() for file in files), "training.lock"}
    pins = {file: locked(file) for file in sorted(files)}
    for package in set().union(*pins.values()):
        versions = {frozenset(lock[package]) for lock in pins.values() if package in lock}
        assert len(versions) == 1, f"{package}: run make lock"
    for file in files - {"serving.lock"}:
        asked = re.findall(r"^([a-z][\w.-]*)(?:\[.*\])?==(\S+)$", source(file), flags=re.MULTILINE)
        assert asked
        assert {package: {version} for package, version in asked}.items() <= pins[file].items()


def source(lock: str) -> str:
    return (REQUIREMENTS / lock).with_suffix(".txt").read_text(encoding="utf-8")


def test_pip_is_used_where_uv_cannot_run(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []

    def run(command: list[str], log: Path) -> bool:
        seen.append(command)
        return "uv" not in command and install.UV not in command

    monkeypatch.setattr(install, "run", run)

    install.install("serving")

    assert seen[-1][1:4] == ["-m", "pip", "install"]
    assert "--require-hashes" in seen[-1]


def test_a_venv_whose_python_is_gone_is_made_anew(project: Path, commands: list[list[str]]) -> None:
    python = project / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/nowhere/python3")

    install.make_venv(project / "log")

    assert commands[-1][1:] == ["-m", "venv", str(project / ".venv")]


def test_a_python_without_venv_is_told_what_to_install(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "run", lambda command, log: False)

    with pytest.raises(InstallError, match="python3-venv"):
        install.make_venv(project / "log")


@pytest.mark.parametrize(
    ("output", "advice"),
    [
        ("error: Failed to fetch: `https://example.org/simple/django/`", "check the network"),
        ("OSError: [Errno 28] No space left on device", "free about 2 GB"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "differs from its recorded hash"),
        ("something new", "whole output"),
    ],
)
def test_a_failure_is_one_sentence(output: str, advice: str, tmp_path: Path) -> None:
    log = tmp_path / "install.log"
    log.write_text(output)

    assert advice in install.why(log)
    assert "\n" not in install.why(log)


def test_an_old_python_is_told_which_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))

    with pytest.raises(SystemExit, match=r"Python 3\.11 or newer is needed and this is 3\.9\.2"):
        install.main()


def test_an_old_python_can_read_the_file_at_all() -> None:
    source = Path(install.__file__).read_text()

    ast.parse(source, feature_version=(3, 7))
    assert "from __future__ import annotations" in source


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_of_someone_else_is_told_in_one_sentence(tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    done = subprocess.run(
        [sys.executable, install.__file__, "serving"],
        check=False,
        env={**os.environ, "AIMASS_HOME": str(locked / "home")},
        capture_output=True,
        text=True,
    )

    assert done.returncode != 0
    assert "Permission denied" in done.stderr
    assert "Traceback" not in done.stderr
