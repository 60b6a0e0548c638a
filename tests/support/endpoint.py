"""An OpenAI-compatible endpoint for tests: gives the replies it was told to give, and keeps what it was asked."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.patience import patience

KEY = "a key for tests"


def completion(content: Any, *, finish: str = "stop", **message: Any) -> bytes:
    """The body of a usual reply; a content that is no string is sent as JSON."""
    words = content if content is None or isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    said = {"role": "assistant", "content": words, **message}
    return json.dumps({"choices": [{"index": 0, "finish_reason": finish, "message": said}]}).encode()


class FakeEndpoint:
    """Listens on a free loopback port. `replies` are (status, body), the last one for ever."""

    def __init__(self) -> None:
        self.replies: list[tuple[int, bytes]] = [(200, completion("{}"))]
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.hang = threading.Event()
        self.hang.set()
        self.knows_schemas = True
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def says(self, content: Any, **changed: Any) -> None:
        self.replies = [(200, completion(content, **changed))]

    def take(self, body: dict[str, Any]) -> tuple[int, bytes]:
        self.asked.append(body)
        if "response_format" in body and not self.knows_schemas:
            return 400, b'{"error": "response_format is not known here"}'
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]

    @contextmanager
    def running(self) -> Iterator["FakeEndpoint"]:
        thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.hang.set()
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                endpoint.headers.append({name.lower(): value for name, value in self.headers.items()})
                endpoint.hang.wait(patience(30))
                self._send(*endpoint.take(body))

            def do_GET(self) -> None:
                ours = self.headers.get("authorization") == f"Bearer {KEY}"
                self._send(200 if ours else 401, b'{"data": []}')

            def _send(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                if 300 <= status < 400:
                    self.send_header("location", f"{endpoint.url}/elsewhere")
                self.end_headers()
                try:
                    self.wfile.write(body)
                except (BrokenPipeError, ConnectionResetError):
                    return

            def log_message(self, *_: object) -> None:
                return

        return Handler
