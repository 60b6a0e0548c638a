"""The embedded PostgreSQL and Valkey heal whatever happened to them."""

import os
import pwd
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from aimass_apps import environment
from aimass_apps.operations.services import processes
from aimass_apps.operations.services.postgres import Postgres
from aimass_apps.operations.services.processes import ServiceError, explain, remember, remembered, start_time
from aimass_apps.operations.services.valkey import Valkey, answers
from tests.support.leftovers import Starter
from tests.support.patience import patience

pytestmark = pytest.mark.processes


Serve = Callable[..., None]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start servers that are stopped with the test, even where one does not come up."""
    with ExitStack() as stack:

        def start(server: Postgres | Valkey) -> None:
            stack.callback(server.stop)
            server.start()

        yield start


@pytest.fixture
def postgres(tmp_path: Path, serve: Serve) -> Postgres:
    server = Postgres(tmp_path, settings={"fsync": "off"})
    serve(server)
    return server


@pytest.fixture
def valkey(tmp_path: Path, serve: Serve) -> Valkey:
    server = Valkey(tmp_path)
    serve(server)
    return server


def kill(server: Postgres | Valkey) -> None:
    assert server.process is not None
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()


def test_committed_rows_outlive_a_killed_postgres(postgres: Postgres) -> None:
    with psycopg.connect(postgres.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 100) AS n")
    kill(postgres)

    postgres.start()

    with psycopg.connect(postgres.url) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (100,)
        assert connection.execute("SHOW data_checksums").fetchone() == ("on",)


def test_fsync_is_on_unless_a_test_says_otherwise(tmp_path: Path) -> None:
    assert "fsync" not in Postgres(tmp_path).settings


def test_a_second_start_takes_over_the_orphan_of_a_killed_supervisor(postgres: Postgres, serve: Serve) -> None:
    orphan = postgres.process
    assert orphan is not None
    heir = Postgres(postgres.home, settings={"fsync": "off"})

    serve(heir)

    assert orphan.wait(patience(5)) == 0  # ended cleanly, not killed
    with psycopg.connect(heir.url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_server_whose_pid_file_is_gone_already_is_found_and_ended(postgres: Postgres, serve: Serve) -> None:
    first = postgres.process
    assert first is not None
    (postgres.folder / "postmaster.pid").unlink()
    again = Postgres(postgres.home, settings={"fsync": "off"})
    serve(again)
    assert first.wait(patience(10)) is not None
    assert again.running_pid() == again.process.pid


def test_a_pid_file_that_names_another_program_is_ignored(postgres: Postgres) -> None:
    kill(postgres)
    pid_file = postgres.folder / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")

    postgres.start()

    assert postgres.running_pid() == postgres.process.pid


def test_a_kill_in_the_middle_of_initdb_heals(tmp_path: Path, serve: Serve) -> None:
    half_made = tmp_path / "postgres.unfinished"
    half_made.mkdir()
    (half_made / "global").write_text("half")
    (tmp_path / "postgres").mkdir()

    serve(Postgres(tmp_path, settings={"fsync": "off"}))

    assert not half_made.exists()


def test_a_folder_from_another_version_is_named_in_one_sentence(postgres: Postgres) -> None:
    postgres.stop()
    (postgres.folder / "PG_VERSION").write_text("9\n")

    with pytest.raises(ServiceError, match="of another PostgreSQL version: set AIMASS_HOME"):
        postgres.start(patience=5)


def test_long_paths_get_a_short_socket_folder(tmp_path: Path, serve: Serve) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    server = Valkey(deep)

    serve(server)

    assert answers(server.socket)
    assert len(os.fsencode(server.socket)) <= 107
    server.stop()
    environment.socket_dir(deep).rmdir()


def test_valkey_keeps_its_keys_over_a_kill_after_the_second(valkey: Valkey) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(valkey.socket))
        connection.sendall(b"CONFIG SET appendfsync always\r\nSET bell 1\r\n")
        assert connection.recv(64).startswith(b"+OK")
    kill(valkey)

    valkey.start()

    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(valkey.socket))
        connection.sendall(b"GET bell\r\n")
        assert connection.recv(64) == b"$1\r\n1\r\n"


def test_a_broken_valkey_log_is_given_up_and_not_the_start(valkey: Valkey) -> None:
    valkey.stop()
    for file in (valkey.folder / "appendonlydir").glob("*.incr.aof"):
        file.write_bytes(b"nonsense" * 50)

    valkey.start()

    assert answers(valkey.socket)


def test_a_child_dies_with_the_process_that_started_it(start: Starter) -> None:
    parent = start(
        [
            sys.executable,
            "-c",
            "import subprocess, time\n"
            "from aimass_apps.operations.services.processes import child_command\n"
            "child = subprocess.Popen(child_command(['sleep', '3000']))\n"
            "print(child.pid, flush=True)\n"
            "time.sleep(3000)\n",
        ],
        stdout=subprocess.PIPE,
        text=True,
        cwd=environment.BASE_DIR,
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert processes.wait_until(lambda: processes.command_line(child)[:1] == ["sleep"], patience(5))

    parent.kill()
    parent.wait()

    assert processes.wait_until(lambda: start_time(child) is None, patience(5))


def test_a_remembered_pid_is_believed_only_with_its_start_time(tmp_path: Path) -> None:
    record = tmp_path / "web.json"
    remember(record, os.getpid())
    assert remembered(record) == os.getpid()

    record.write_text(f'{{"pid": {os.getpid()}, "started": 1}}')
    assert remembered(record) is None
    record.write_text("{")
    assert remembered(record) is None


@pytest.mark.parametrize(
    ("line", "advice"),
    [
        ("FATAL: could not write: No space left on device", "free some space"),
        ('could not open file "x": Permission denied', "set AIMASS_HOME"),
        ("initdb: error: Read-only file system", "set AIMASS_HOME"),
        ("something new", "something new"),
    ],
)
def test_a_failure_is_one_sentence_that_says_what_to_do(line: str, advice: str, tmp_path: Path) -> None:
    sentence = explain(f"start\n{line}\n", service="PostgreSQL", log=tmp_path / "x.log", folder=tmp_path)

    assert advice in sentence
    assert "\n" not in sentence


class WithoutNamespaces(Postgres):
    """PostgreSQL on a machine whose kernel or container forbids user namespaces."""

    def _probe(self, *, user_namespace: bool = False, user: str = "") -> bool:
        return not user_namespace and super()._probe(user=user)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another identity for PostgreSQL")
def test_root_without_user_namespaces_becomes_nobody() -> None:
    with tempfile.TemporaryDirectory(prefix="aimass-nobody-") as folder, ExitStack() as stack:
        server = WithoutNamespaces(Path(folder), settings={"fsync": "off"})
        stack.callback(server.stop)

        server.start()

        assert server.process is not None
        uid = Path(f"/proc/{server.process.pid}").stat().st_uid
        assert uid == pwd.getpwnam("nobody").pw_uid
        with psycopg.connect(server.url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        kill(server)
        server.start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another identity for PostgreSQL")
def test_root_without_namespaces_in_a_private_folder_is_told_what_to_do(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)  # pytest's folders are private already: nobody can't get here
    server = WithoutNamespaces(tmp_path / "home", settings={"fsync": "off"})

    with pytest.raises(ServiceError, match="start as an ordinary user"):
        server.start()
