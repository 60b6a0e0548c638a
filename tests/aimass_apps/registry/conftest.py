"""A small real artefact: a keyword list, which loads in a millisecond."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from aimass_apps.registry.artefacts import write_manifest


@pytest.fixture
def make_artefact(tmp_path: Path) -> Callable[..., Path]:
    def make(name: str = "first", *, term: str = "nitwit", labels: tuple[str, ...] = ("toxic", "insult")) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        entries = [{"term": term, "label": "insult", "severity": 2}]
        (folder / "words.json").write_text(json.dumps({"labels": labels, "entries": entries}))
        (folder / "card.md").write_text(f"# {name}\n\nWritten for a test.")
        manifest = {
            "desk": "moderation",
            "kind": "keywords",
            "language": "en",
            "name": name,
            "labels": list(labels),
            "thresholds": {"insult": 0.5},
            "metrics": {},
        }
        write_manifest(folder, manifest, ["words.json", "card.md"])
        return folder

    return make
