"""A pytest plugin: every pytest process has its own PostgreSQL and Valkey, and none reaches the network.

Loaded by `-p tests.support.services` (pyproject.toml), since pytest-django reads the settings before any conftest.
The servers start with the first test that asks for the database, so that plain tests stay fast.
"""

import atexit
import base64
import ipaddress
import os
import shutil
import socket
import tempfile
from pathlib import Path

import pytest

from tests.support.leftovers import PREFIX, claim_run, end_all, end_crashed_runs, processes_of

end_crashed_runs()
HOME = Path(tempfile.mkdtemp(prefix=PREFIX))
HOME.chmod(0o700)
claim_run(HOME)
(HOME / "static").mkdir()  # WhiteNoise warns where it is missing
os.environ.update(
    AIMASS_ENV="local",
    AIMASS_HOME=str(HOME),
    SECRET_KEY="only-for-tests-" + "0" * 40,
    FIELD_KEYS=base64.urlsafe_b64encode(b"only-for-tests".ljust(32, b"0")).decode(),
    HASH_KEY="only-for-tests-" + "1" * 40,
    LOG_LEVEL="WARNING",
)
for name in ("DATABASE_URL", "REDIS_URL", "DEBUG", "LC_ALL", "PORT", "HOST"):
    os.environ.pop(name, None)

from aimass_apps.operations.services.postgres import Postgres  # noqa: E402 - they read the folder set above
from aimass_apps.operations.services.valkey import Valkey  # noqa: E402

postgres = Postgres(HOME, settings={"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"})
valkey = Valkey(HOME, append_only=False)


def _remove() -> None:
    postgres.stop()
    valkey.stop()
    end_all(processes_of(HOME))
    shutil.rmtree(HOME, ignore_errors=True)
    if not postgres.socket.is_relative_to(HOME):
        shutil.rmtree(postgres.socket, ignore_errors=True)


atexit.register(_remove)


class OutsideConnection(AssertionError):
    """A test tried to leave this machine."""


_connect = socket.socket.connect
_connect_ex = socket.socket.connect_ex


def _refuse_outside(connection: socket.socket, address: object) -> None:
    if connection.family not in (socket.AF_INET, socket.AF_INET6) or not isinstance(address, tuple):
        return
    host = str(address[0])
    try:
        inside = host in {"localhost", ""} or ipaddress.ip_address(host).is_loopback
    except ValueError:
        inside = False
    if not inside:
        raise OutsideConnection(f"a test may not reach {host}")


def _guarded_connect(connection: socket.socket, address: object) -> None:
    _refuse_outside(connection, address)
    _connect(connection, address)


def _guarded_connect_ex(connection: socket.socket, address: object) -> int:
    _refuse_outside(connection, address)
    return _connect_ex(connection, address)


socket.socket.connect = _guarded_connect
socket.socket.connect_ex = _guarded_connect_ex


@pytest.fixture(scope="session")
def broker() -> str:
    """The REDIS_URL of this process's Valkey, running."""
    if valkey.process is None:
        valkey.start()
    return valkey.url


@pytest.fixture(scope="session")
def database_server() -> str:
    """The DATABASE_URL of this process's PostgreSQL, running (the database `aimass` in it is empty)."""
    if postgres.process is None:
        postgres.start()
    return postgres.url


@pytest.fixture(scope="session")
def outside_data() -> Path:
    """The folder of data sets in AIMASS_DATA; a test that needs it is skipped loudly without it."""
    folder = Path(os.environ.get("AIMASS_DATA", "") or "/nowhere")
    if not folder.is_dir():
        pytest.skip("AIMASS_DATA names no folder of data sets")
    return folder
