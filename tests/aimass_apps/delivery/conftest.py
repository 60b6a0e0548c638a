"""A platform's endpoint as a real local HTTP server, and decisions to announce."""

import itertools
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from aimass_apps.delivery.models import Delivery
from aimass_apps.delivery.outbox import announce
from aimass_apps.people.models import Platform
from aimass_apps.people.platforms import new_secret
from aimass_apps.submissions.models import Decision, Submission

_numbers = itertools.count(1)


@dataclass
class Endpoint:
    """What a platform runs: it answers with `status` and `headers` and remembers what it got."""

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
                shared.hang.wait(30)
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


@pytest.fixture(autouse=True)
def no_doorbell(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    rung: list[str] = []
    monkeypatch.setattr("aimass_apps.queueing.doorbell.ring", lambda task, queue: bool(rung.append(task)) or True)
    monkeypatch.setattr("aimass_apps.delivery.run.ring", lambda task, queue: bool(rung.append(task)) or True)
    return rung


def make_platform(url: str, **fields: object) -> Platform:
    secrets = {"outgoing_secret": new_secret(), "incoming_secret": new_secret()}
    return Platform.objects.create(name=f"Platform {next(_numbers)}", endpoint=url, **{**secrets, **fields})


@pytest.fixture
def platform(db: None, endpoint: Endpoint) -> Platform:
    return make_platform(endpoint.url)


@pytest.fixture
def announced(platform: Platform) -> Callable[..., Delivery]:
    def make(to: Platform = platform) -> Delivery | None:
        submission = Submission.objects.create(desk="moderation", language="en", text="x", content_hash="0")
        decision = Decision.objects.create(submission=submission, action="clear", policy_version="test-1")
        payload = {"type": "post.decided", "data": {"decision": {"id": str(decision.public_id)}, "name": "Größe"}}
        return announce(decision=decision, platform=to, payload=payload)

    return make
