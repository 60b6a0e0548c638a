"""One POST to a platform's endpoint: never to private addresses unless allowed, never along a redirect."""

import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

TIMEOUT = 15.0  # seconds
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
LONGEST_WAIT = 86_400.0  # seconds: more than a day of `retry-after` is not believed


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of one attempt: `status` is None when no answer came, `error` a code, `retry_after` in seconds."""

    status: int | None
    error: str = ""
    retry_after: float | None = None

    @property
    def delivered(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        return self.status == 410


class RefusedEndpoint(ValueError):
    """The address may not be called: not https, not resolvable, or not a public host."""


def make_client() -> httpx.Client:
    """A client for one run of deliveries, shared by its threads. No proxies from the environment, no redirects."""
    return httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False)


def send(
    client: httpx.Client, *, url: str, body: bytes, headers: Mapping[str, str], allow_private: bool, now: datetime
) -> Sent:
    """POST `body` once; every outcome is an answer, nothing is raised for what the other side does."""
    try:
        address, extra, extensions = aim(url, allow_private=allow_private)
        whole = {**headers, **extra, "content-type": "application/json", "user-agent": "aimass-webhooks/1"}
        # Streamed and left unread: the status is all that counts, and an endless answer costs nothing.
        with client.stream("POST", address, content=body, headers=whole, extensions=extensions) as response:
            return read_answer(response, now)
    except RefusedEndpoint as error:
        return Sent(None, f"refused: {error}")
    except httpx.TimeoutException:
        return Sent(None, "timeout")
    except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
        return Sent(None, f"unreachable: {type(error).__name__}")


def read_answer(response: httpx.Response, now: datetime) -> Sent:
    if 200 <= response.status_code < 300:
        return Sent(response.status_code)
    kind = "redirect" if 300 <= response.status_code < 400 else "status"
    return Sent(response.status_code, f"{kind} {response.status_code}", retry_after(response.headers, now))


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that the other side asks to wait: the header holds seconds or a date (RFC 9110, 10.2.3)."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:9]), LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max(0.0, (moment - now).total_seconds()), LONGEST_WAIT)


def aim(url: str, *, allow_private: bool) -> tuple[str, dict[str, str], dict[str, str]]:
    """The address to call, with headers and extensions. Raises `RefusedEndpoint`.

    A public host is resolved here and called by that number, with its name in `Host` and in TLS: otherwise a name
    server could show us a public address and httpx, asking again, a private one.
    """
    parsed = httpx.URL(url)
    if allow_private and parsed.scheme in ("http", "https") and parsed.host:
        return url, {}, {}
    if parsed.scheme != "https" or not parsed.host or parsed.userinfo:
        raise RefusedEndpoint("https without a password in it is required")
    number = _public_address(parsed.host, parsed.port or 443)
    headers = {"host": parsed.netloc.decode("ascii")}
    return str(parsed.copy_with(host=number)), headers, {"sni_hostname": parsed.host}


def _public_address(host: str, port: int) -> str:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise RefusedEndpoint("the host has no address") from error
    numbers = [str(entry[4][0]) for entry in found]
    if not numbers or not all(is_public(number) for number in numbers):
        raise RefusedEndpoint("the host is not public")
    return numbers[0]


def is_public(number: str) -> bool:
    """Whether an IP address is of the open internet; what hides an IPv4 address in IPv6 is judged by that one."""
    address = ipaddress.ip_address(number.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        hidden = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if hidden is None and address in _NAT64:
            hidden = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if hidden is not None:
            return is_public(str(hidden))
    return address.is_global and not address.is_multicast and not address.is_reserved
