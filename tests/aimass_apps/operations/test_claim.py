"""One supervisor for a folder, and what is in its way is told in one sentence."""

import shutil
import socket
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from aimass_apps.operations.services.processes import ServiceError, command_line, wait_until
from aimass_apps.operations.supervision.claim import (
    MARK,
    check_disk,
    check_port,
    claim,
    end_orphans,
    orphans,
)
from tests.support.leftovers import Starter
from tests.support.patience import patience


def test_a_second_claim_is_refused_and_names_the_first(tmp_path: Path) -> None:
    with claim(tmp_path), pytest.raises(ServiceError, match="already being served"), claim(tmp_path):
        pass


def test_the_claim_ends_with_its_holder(tmp_path: Path) -> None:
    with claim(tmp_path):
        pass

    with claim(tmp_path):
        assert (tmp_path / "up.lock").exists()


def test_a_taken_port_is_told_with_another_to_try() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(ServiceError, match=f"PORT={port + 1} make run"):
            check_port("127.0.0.1", port)

    with socket.socket() as user:
        user.bind(("127.0.0.1", port))
        assert user.getsockname()[1] == port


def test_a_free_port_is_no_problem_and_left_free() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    check_port("127.0.0.1", port)

    with socket.socket() as user:
        user.bind(("127.0.0.1", port))
        assert user.getsockname()[1] == port


def test_a_full_disk_is_told_before_anything_is_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10, 10, 5_000_000))

    with pytest.raises(ServiceError, match="5 MB of disk"):
        check_disk(tmp_path)


@pytest.mark.processes
def test_orphans_of_this_folder_are_ended_and_no_others(tmp_path: Path, start: Starter) -> None:
    ours, other = tmp_path / "ours", tmp_path / "other"
    children = {
        home: start([sys.executable, "-c", "import time; time.sleep(3000)"], env={MARK: str(home)})
        for home in (ours, other)
    }
    for home, child in children.items():
        # Between fork and exec a child still shows our own environment.
        assert wait_until(lambda home=home, child=child: orphans(home) == [child.pid], patience(10))
        assert command_line(child.pid)

    ended = end_orphans(ours, patience=patience(5))

    assert ended == 1
    assert children[ours].wait(patience(5)) != 0
    assert children[other].poll() is None
