"""Secrets: from the environment, else from a private file that the first local start generates."""

import base64
import os
import secrets
from pathlib import Path

from aimass_apps import environment

NAMES = ("SECRET_KEY", "FIELD_KEYS", "HASH_KEY")


class SecretsMissing(RuntimeError):
    """A production process was started without its secrets."""


def _generate(name: str) -> str:
    if name == "FIELD_KEYS":
        return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    return secrets.token_urlsafe(48)


def _read(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    pairs = (line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)
    return {name: value for name, value in pairs if name in NAMES}


def _write(path: Path, values: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.writelines(f"{name}={value}\n" for name, value in values.items())
        file.flush()
        os.fsync(file.fileno())
    try:
        # link() refuses to replace: of two first starts at once, one file wins and both read it.
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()


def load_secrets(path: Path, *, production: bool) -> dict[str, str]:
    """SECRET_KEY, FIELD_KEYS (comma-separated, newest first, 32 bytes base64) and HASH_KEY.

    The environment wins. Outside production, what is missing comes from `path`, made on first use.
    """
    given = {name: value for name in NAMES if (value := environment.text(name))}
    missing = [name for name in NAMES if name not in given]
    if not missing:
        return given
    if production:
        raise SecretsMissing(
            f"Set {', '.join(missing)} in the environment: AIMASS_ENV=production never generates secrets."
        )
    if not path.exists():
        _write(path, {name: _generate(name) for name in NAMES})
    return _read(path) | given
