"""What a lock file of requirements/ pins."""

import re

from aimass_apps import environment

REQUIREMENTS = environment.BASE_DIR / "requirements"


def locked(name: str) -> dict[str, set[str]]:
    """Return the versions by package (several where they depend on the Python); AssertionError for one unhashed."""
    found: dict[str, set[str]] = {}
    for entry in re.split(r"^(?=[a-zA-Z0-9])", (REQUIREMENTS / name).read_text(encoding="utf-8"), flags=re.MULTILINE)[
        1:
    ]:
        assert "--hash=sha256:" in entry, entry
        package, version = re.match(r"([\w.-]+)(?:\[[^]]*\])?==([^ ;]+)", entry).groups()
        found.setdefault(package, set()).add(version)
    return found
