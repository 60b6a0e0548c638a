"""No file of code, template, style or prose over 300 lines: run by `make check`."""

import subprocess
import sys
from pathlib import Path

LONGEST = 300
CHECKED = {".py", ".html", ".css", ".js", ".md", ".toml", ".sh", ".yml"}
# Data, what tools write, and what others wrote.
LEFT_OUT = ("migrations/", "locale/", "vendor/", "/recipes/", "/starters/")


def too_long(root: Path) -> list[str]:
    """Return `path: lines` of every tracked or new file that is longer than it may be."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        check=True,
        capture_output=True,
        text=True,
        cwd=root,
    ).stdout.splitlines()
    found = []
    for name in sorted(set(listed)):
        path = root / name
        if path.suffix not in CHECKED or any(part in f"/{name}" for part in LEFT_OUT) or not path.is_file():
            continue
        lines = len(path.read_bytes().splitlines())
        if lines > LONGEST:
            found.append(f"{name}: {lines} lines")
    return found


if __name__ == "__main__":
    long = too_long(Path(__file__).resolve().parent.parent)
    if long:
        sys.exit(f"Files over {LONGEST} lines, to be split by what they are about:\n" + "\n".join(long))
