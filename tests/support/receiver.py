"""A platform's endpoint for tests, twice: one that checks and counts signed events, one that only remembers."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from tests.support.patience import patience


class Receiver:
    """Takes signed events, checks each, counts them, fails a share of first tries.

    Listens on a free port of this machine from `start` to `stop`; `secret` is set once the platform has one.
    """

    def __init__(self, *, fail_first: float = 0.0) -> None:
        self.secret = ""
        self.fail_first = fail_first
        self.seen: Counter[str] = Counter()
        self.accepted: dict[str, Any] = {}
        self.forged = 0
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/events"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def take(self, headers: dict[str, str], body: str) -> int:
        """Return the status for one event."""
        with self._lock:
            try:
                Webhook(self.secret).verify(body, headers)
            except WebhookVerificationError:
                self.forged += 1
                return 401
            event = headers["webhook-id"]
            self.seen[event] += 1
            if self.seen[event] == 1 and (hash(event) % 100) < self.fail_first * 100:
                return 503
            self.accepted[event] = json.loads(body)
            return 204

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["content-length"])
                body = self.rfile.read(length).decode(errors="replace")
                if len(body.encode()) < length:
                    return  # the sender was killed in the middle of it: half an event is no forged one
                headers = {name.lower(): value for name, value in self.headers.items()}
                self.send_response(receiver.take(headers, body))
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        return Handler


@dataclass
class Endpoint:
    """Answers with `status` and `headers`, once `hang` is set, and remembers what it got."""

    url: str
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    hang: threading.Event | None = None


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    shared = Endpoint("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            shared.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            if shared.hang is not None:
                shared.hang.wait(patience(30))
            self.send_response(shared.status)
            for name, value in shared.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    shared.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield shared
    server.shutdown()
    server.server_close()
    thread.join()
