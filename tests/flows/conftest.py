"""A whole installation as `make run` starts it: PostgreSQL, Valkey, web, workers, beat, in a folder of its own."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

ROOT = Path(__file__).parents[2]
READY_WITHIN = 180  # seconds, on a busy machine
ACCOUNT = re.compile(r"^\s+([a-z_]+)\s+((?:[a-z0-9]{4}-){3}[a-z0-9]{4})\s*$", re.MULTILINE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/flows/" in item.path.as_posix():
            item.add_marker(pytest.mark.processes)
            item.add_marker(pytest.mark.slow)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@dataclass
class Installation:
    """A running installation and the passwords that its first start printed."""

    home: Path
    port: int
    process: subprocess.Popen[bytes]
    log: Path
    accounts: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def run(self, *arguments: str) -> str:
        """A management command in this installation; its output."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=environment(self.home, self.port),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_WITHIN
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.log.read_text()[-3000:]
            try:
                if httpx.get(f"{self.url}/healthz/ready", timeout=2).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.2)
        raise AssertionError(f"not ready: {self.log.read_text()[-3000:]}")


def environment(home: Path, port: int) -> dict[str, str]:
    """What an ordinary shell would give, with a folder and port of our own and none of the tests' secrets."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name
        not in {"SECRET_KEY", "FIELD_KEYS", "HASH_KEY", "DATABASE_URL", "REDIS_URL", "DJANGO_ALLOW_ASYNC_UNSAFE"}
    }
    return {**kept, "AIMASS_HOME": str(home), "PORT": str(port), "TRAIN": "0", "PYTHONUNBUFFERED": "1"}


@pytest.fixture(scope="session")
def installation() -> Iterator[Installation]:
    home = Path(tempfile.mkdtemp(prefix="aimass-flow-"))
    log, port = home / "up.log", free_port()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "up"],
            cwd=ROOT,
            env=environment(home, port),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    running = Installation(home, port, process, log)
    try:
        running.wait_until_ready()
        running.accounts = dict(ACCOUNT.findall(log.read_text()))
        yield running
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


@dataclass
class Endpoint:
    """A platform's own server, which remembers what it was sent."""

    url: str
    received: list[tuple[dict[str, str], bytes]]


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    received: list[tuple[dict[str, str], bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            received.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield Endpoint(f"http://127.0.0.1:{server.server_port}/decisions", received)
        server.shutdown()


@pytest.fixture
def signed_in(browser: Browser, installation: Installation) -> Iterator[Callable[[str], Page]]:
    """A page of a person who signed in through the form."""
    contexts: list[BrowserContext] = []

    def make(username: str) -> Page:
        context = browser.new_context(base_url=installation.url, reduced_motion="reduce")
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        page.goto("/sign-in/")
        page.get_by_label("User name").fill(username)
        page.get_by_label("Password").fill(installation.accounts[username])
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/sign-in/" not in url)
        return page

    yield make
    for context in contexts:
        context.close()


def eventually(what: Callable[[], object], *, within: float = 20.0) -> object:
    """The first true answer of `what`; fails when none came in time."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if answer := what():
            return answer
        time.sleep(0.05)
    raise AssertionError(f"nothing within {within} s")
