"""Everything that is read from the environment: names and defaults in one table, and how a value is read.

Plain Python without Django; nothing of the project is imported here. `docs/configuration.md` tells what each is for.
"""

import hashlib
import os
import tempfile
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
# sun_path holds 107 bytes; PostgreSQL appends "/.s.PGSQL.5432" and its lock file ".lock".
LONGEST_SOCKET_DIR = 85
DEFAULTS = {
    "AIMASS_DATA": "",
    "AIMASS_DEVICE": "auto",
    "AIMASS_ENV": "local",
    "AIMASS_HOME": "",
    "AIMASS_LLM": "",
    "AIMASS_LLM_ALLOW_HTTP": "off",
    "AIMASS_LLM_CONCURRENCY": "2",
    "AIMASS_LLM_FILE": "",
    "AIMASS_LLM_KEY": "",
    "AIMASS_LLM_MODEL": "",
    "AIMASS_LLM_TIMEOUT": "60",
    "AIMASS_LLM_URL": "",
    "AIMASS_THREADS": "0",
    "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
    "ALLOW_PRIVATE_ENDPOINTS": "",  # on, but in production
    "BEHIND_PROXY": "off",
    "CSRF_TRUSTED_ORIGINS": "",
    "DATABASE_URL": "",
    "DEBUG": "off",
    "FIELD_KEYS": "",
    "HASH_KEY": "",
    "HOST": "127.0.0.1",
    "KEEP_TRAFFIC_DAYS": "90",
    "LEASE_SECONDS": "60",
    "LOG_LEVEL": "",  # INFO; WARNING for workers
    "PORT": "8000",
    "REDIS_URL": "",
    "SECRET_KEY": "",
    "SECURE_SSL_REDIRECT": "",  # off, but in production
    "SESSION_HOURS": "10",
    "SESSION_IDLE_MINUTES": "30",
    "TIME_ZONE": "UTC",
    "TRAIN": "on",
    "WEB_WORKERS": "2",
}
_ON, _OFF = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


class BadEnvironment(ValueError):
    """A variable holds what it can't; the message is one sentence that says what to set."""


def text(name: str, default: str = "") -> str:
    """The variable as it is set, else its default. `default` stands in where the table has none."""
    return os.environ.get(name, "").strip() or DEFAULTS[name] or default


def flag(name: str, *, default: bool = False) -> bool:
    """A variable that is on or off. Raises `BadEnvironment`."""
    value = text(name).lower()
    if value not in _ON | _OFF | {""}:
        raise BadEnvironment(f"{name} is {value!r}: set it to on or off.")
    return value in _ON if value else default


def whole(name: str, *, least: int = 0) -> int:
    """A whole number from `least` on. Raises `BadEnvironment`."""
    value = text(name)
    if not value.isascii() or not value.isdigit() or int(value) < least:
        raise BadEnvironment(f"{name} is {value!r}: set it to a whole number from {least} on.")
    return int(value)


def listed(name: str) -> list[str]:
    """The parts of a comma-separated variable."""
    return [part.strip() for part in text(name).split(",") if part.strip()]


def policy_file(desk: str) -> str:
    """A policy of one's own for a desk, as `<DESK>_POLICY` names it; "" for the shipped one."""
    return os.environ.get(f"{desk.upper()}_POLICY", "").strip()


def home() -> Path:
    """The folder of everything this installation writes: AIMASS_HOME or `.aimass` beside manage.py."""
    return Path(text("AIMASS_HOME") or BASE_DIR / ".aimass").resolve()


def data_folder() -> Path | None:
    """AIMASS_DATA: the folder of labelled sets that recipes name."""
    return Path(text("AIMASS_DATA")) if text("AIMASS_DATA") else None


def port() -> int:
    """PORT. Raises `BadEnvironment`."""
    found = whole("PORT", least=1)
    if found > 65535:
        raise BadEnvironment(f"PORT is {found}: set it to a number from 1 to 65535.")
    return found


def in_production() -> bool:
    """AIMASS_ENV=production."""
    return text("AIMASS_ENV") == "production"


def socket_dir(base: Path) -> Path:
    """A folder for unix sockets with a path short enough for the kernel."""
    wanted = base / "run"
    if len(str(wanted).encode()) <= LONGEST_SOCKET_DIR:
        return wanted
    digest = hashlib.sha256(str(base).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"aimass-{digest}"


def local_database_url(base: Path) -> str:
    """Where the PostgreSQL of this installation listens."""
    return f"postgresql://postgres@/aimass?host={socket_dir(base)}&port=5432"


def local_redis_url(base: Path) -> str:
    """Where the Valkey of this installation listens."""
    return f"redis+socket://{socket_dir(base)}/valkey.sock"


def database_url() -> str:
    """DATABASE_URL, or this installation's own server."""
    return text("DATABASE_URL") or local_database_url(home())


def redis_url() -> str:
    """REDIS_URL, or this installation's own server."""
    return text("REDIS_URL") or local_redis_url(home())
