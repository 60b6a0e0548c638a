"""`manage.py up` as a person meets it: ready, refused a second time, stopped by Ctrl-C without a trace."""

import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from aimass_apps.operations.services.postgres import Postgres
from aimass_apps.operations.services.processes import start_time
from aimass_apps.operations.supervision.claim import orphans
from tests.support.leftovers import Starter
from tests.support.patience import patience
from tests.support.site import ROOT, Site

pytestmark = [pytest.mark.processes, pytest.mark.slow]
PROGRAMS = ("PostgreSQL", "Valkey", "web", "inference")


def up(site: Site) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "up"],
        check=False,
        cwd=ROOT,
        env=site.environment,
        capture_output=True,
        text=True,
        timeout=patience(60),
    )


def test_an_installation_comes_up_is_claimed_once_and_leaves_nothing_behind(tmp_path: Path, start: Starter) -> None:
    bystander = start([sys.executable, "-c", "import time; time.sleep(3000)"])
    with Site(tmp_path / "home").running() as site:
        pids = [site.pid_of(name) for name in PROGRAMS]
        assert all(pids)

        second = up(site)
        assert second.returncode != 0
        assert "already being served" in second.stderr
        assert "Traceback" not in second.stderr

        shown = site.output.read_text().count("administrator ")
        assert shown == 1  # no account is made twice, and no password is shown twice

        site.stop()
        assert orphans(site.home) == []
        assert all(start_time(pid) is None for pid in pids if pid)
        assert Postgres(site.home).running_pid() is None
    assert bystander.poll() is None


def test_a_taken_port_is_told_in_one_sentence_and_nothing_is_started(tmp_path: Path) -> None:
    site = Site(tmp_path / "home")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", site.port))
        taken.listen()

        done = up(site)

    assert done.returncode != 0
    assert f"Port {site.port} is taken" in done.stderr
    assert "Traceback" not in done.stderr
    assert orphans(site.home) == []
    assert not (site.home / "postgres").exists()


def test_secrets_are_made_once_and_are_for_the_owner_alone(tmp_path: Path) -> None:
    site = Site(tmp_path / "home")
    read = [sys.executable, "-c", "from django.conf import settings; print(settings.SECRET_KEY, settings.FIELD_KEYS)"]
    environment = {**site.environment, "DJANGO_SETTINGS_MODULE": "aimass_apps.settings"}

    first, second = (
        subprocess.run(read, check=True, cwd=ROOT, env=environment, capture_output=True, text=True).stdout
        for _ in range(2)
    )

    assert first == second
    assert stat.S_IMODE((site.home / "secrets.env").stat().st_mode) == 0o600


def test_a_folder_that_cannot_be_used_is_told_in_one_sentence(tmp_path: Path) -> None:
    site = Site(tmp_path / "home")
    site.home.mkdir()
    (site.home / "logs").write_text("a file where a folder should be")

    done = up(site)

    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert done.stderr.strip().splitlines()[-1].endswith("solve this and start again.")
