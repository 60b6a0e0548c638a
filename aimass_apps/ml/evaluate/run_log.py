"""The committed log of runs on a test by which models are chosen: one JSON line each, so that each one counts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from aimass_apps.ml.evaluate.card import CARD
from aimass_apps.ml.evaluate.evaluation_report import KEPT
from aimass_apps.registry.artefacts import read_manifest

DIGITS = 16  # of a hash: enough to tell versions apart


def log_run(
    path: Path, report: Mapping[str, Any], rows: Iterable[Mapping[str, Any]], folder: Path, at: datetime
) -> None:
    """Append a run: when, which version by name and hash, which rows, what came out.

    `rows` as the task's reader gives them, text and truth together: their hash changes with either. `report` as
    `evaluation.report_on` makes it.
    """
    written = json.dumps([dict(row) for row in rows], sort_keys=True, ensure_ascii=False)
    line = {
        "at": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "task": report["task"],
        "version": report["version"],
        "artefact": artefact_hash(folder),
        "rows": _short(written),
        "figures": report["figures"],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(line, ensure_ascii=False) + "\n")


def artefact_hash(folder: Path) -> str:
    """One hash over the hashes of the version's files; not of its card and reports, which measuring writes."""
    files = {name: each for name, each in read_manifest(folder).files.items() if name not in (CARD, KEPT)}
    return _short(json.dumps(files, sort_keys=True))


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:DIGITS]


def read_runs(path: Path) -> list[dict[str, Any]]:
    """The logged runs, oldest first; none where there is no log yet."""
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
