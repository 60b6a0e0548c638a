"""Where the local PostgreSQL and Valkey listen: pure path logic, shared by settings and the supervisor."""

import hashlib
import os
import tempfile
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent.parent
# sun_path holds 107 bytes; PostgreSQL appends "/.s.PGSQL.5432" and its lock file ".lock".
LONGEST_SOCKET_DIR = 85


def home() -> Path:
    """The folder of everything this installation writes: AIMASS_HOME or `.aimass` beside manage.py."""
    return Path(os.environ.get("AIMASS_HOME") or BASE_DIR / ".aimass").resolve()


def socket_dir(base: Path) -> Path:
    """A folder for unix sockets with a path short enough for the kernel."""
    wanted = base / "run"
    if len(str(wanted).encode()) <= LONGEST_SOCKET_DIR:
        return wanted
    digest = hashlib.sha256(str(base).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"aimass-{digest}"


def local_database_url(base: Path) -> str:
    return f"postgresql://postgres@/aimass?host={socket_dir(base)}&port=5432"


def local_redis_url(base: Path) -> str:
    return f"redis+socket://{socket_dir(base)}/valkey.sock"


def database_url() -> str:
    return os.environ.get("DATABASE_URL") or local_database_url(home())


def redis_url() -> str:
    return os.environ.get("REDIS_URL") or local_redis_url(home())
