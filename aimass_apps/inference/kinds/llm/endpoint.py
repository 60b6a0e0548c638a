"""One question to an OpenAI-compatible endpoint (POST /chat/completions): encrypted or on this machine, never logged.

What goes out and comes back holds health text, so no message of an error quotes it: every outcome that is no answer
is a `NoAnswer` with a code.
"""

from __future__ import annotations

import ipaddress
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from aimass_apps.inference.predictor import NoAnswer

LARGEST_REPLY = 262_144  # bytes
LONGEST_CONNECT = 10.0  # seconds
# Worth another try: the endpoint is busy, restarting or not there.
_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504, 529})
# What servers say that don't know the schema parameter.
_PLAINLY = frozenset({400, 422})


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a model answers. `url` ends before `/chat/completions`; `timeout` is for one whole answer, in seconds."""

    url: str
    key: str = ""
    timeout: float = 60.0
    allow_http: bool = False

    @property
    def host(self) -> str:
        """The host and port that texts go to, for people."""
        return urlsplit(self.url).netloc.rpartition("@")[2]

    @property
    def is_local(self) -> bool:
        """Whether it is on this machine."""
        return is_loopback(urlsplit(self.url).hostname or "")

    def problem(self) -> str:
        """Why no text may be sent there, as a code; "" when it may."""
        if not self.url:
            return "not_configured"
        try:
            parts = urlsplit(self.url)
            parts.port  # noqa: B018 - reading it checks it
        except ValueError:
            return "bad_address"
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
            return "bad_address"
        if parts.scheme == "http" and not self.is_local and not self.allow_http:
            return "not_encrypted"
        return ""


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine by itself; a name other than localhost may be anywhere."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def complete(
    endpoint: Endpoint,
    *,
    model: str,
    messages: Sequence[Mapping[str, str]],
    schema: Mapping[str, Any],
    most_tokens: int,
    clock: Callable[[], float] = time.monotonic,
) -> str:
    """The model's words. The schema is asked for where the server knows it, and left out where it does not; both
    questions together have the endpoint's `timeout`, which the lease of the row is made for.

    Raises `NoAnswer`: `timeout`, `unreachable` and `http_503` and the like may be asked again; `refused`, `cut_off`,
    `not_a_completion`, `http_401` and the like not.
    """
    if problem := endpoint.problem():
        raise NoAnswer(problem)
    body: dict[str, Any] = {"model": model, "messages": list(messages), "temperature": 0, "max_tokens": most_tokens}
    asked = {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": schema}}
    until = clock() + endpoint.timeout
    # The environment's proxies are for addresses elsewhere.
    with httpx.Client(follow_redirects=False, trust_env=not endpoint.is_local) as client:
        status, reply = _post(client, endpoint, {**body, "response_format": asked}, until, clock)
        if status in _PLAINLY:
            status, reply = _post(client, endpoint, body, until, clock)
    if status != 200:
        raise NoAnswer(f"http_{status}", again=status in _BUSY)
    return _words(reply)


def answers(endpoint: Endpoint, *, patience: float = 2.0) -> str:
    """Ask for the list of models, without any text: "" when it answers, else a code such as `timeout`."""
    if problem := endpoint.problem():
        return problem
    try:
        with httpx.Client(timeout=patience, follow_redirects=False, trust_env=not endpoint.is_local) as client:
            status = client.get(f"{endpoint.url}/models", headers=_headers(endpoint)).status_code
    except httpx.TimeoutException:
        return "timeout"
    except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError):
        return "unreachable"
    # A server without such a list answers all the same.
    return "" if status in (200, 404, 405) else f"http_{status}"


def _headers(endpoint: Endpoint) -> dict[str, str]:
    return {"authorization": f"Bearer {endpoint.key}"} if endpoint.key else {}


def _post(
    client: httpx.Client, endpoint: Endpoint, body: Mapping[str, Any], until: float, clock: Callable[[], float]
) -> tuple[int, bytes]:
    """Status and body. Read in parts, since httpx's time limit is for each part and not for the whole."""
    left = until - clock()
    if left <= 0:
        raise NoAnswer("timeout", again=True)
    patience = httpx.Timeout(left, connect=min(left, LONGEST_CONNECT))
    address = f"{endpoint.url}/chat/completions"
    try:
        with client.stream("POST", address, json=body, headers=_headers(endpoint), timeout=patience) as response:
            whole = b""
            for part in response.iter_bytes():
                whole += part
                if clock() > until:
                    raise NoAnswer("timeout", again=True)
                if len(whole) > LARGEST_REPLY:
                    raise NoAnswer("too_long")
            return response.status_code, whole
    except httpx.TimeoutException:
        raise NoAnswer("timeout", again=True) from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError):
        raise NoAnswer("unreachable", again=True) from None


def _words(reply: bytes) -> str:
    try:
        choice = json.loads(reply)["choices"][0]
        message, ended = choice["message"], choice.get("finish_reason")
        words = message.get("content")
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        raise NoAnswer("not_a_completion") from None
    if message.get("refusal") or ended == "content_filter":
        raise NoAnswer("refused")
    if ended == "length":
        raise NoAnswer("cut_off")
    if not isinstance(words, str):
        raise NoAnswer("not_a_completion")
    if not words.strip():
        raise NoAnswer("refused")
    return words
