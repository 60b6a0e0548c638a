"""Clinical vignettes of a test file as rows: one text, and the catalogue's condition for the diagnosis it names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from triage.knowledge.load import load_catalogue

NAMES = Path(__file__).parents[1] / "recipes" / "diagnosis_names.json"
# The order in which a clinician would tell it; "-" stands for nothing.
PARTS = ("demographics", "chief_complaints", "presentation", "absent_findings", "physical_history", "family_history")
UNKNOWN = "not_in_catalogue"


def row(raw: Mapping[str, str]) -> dict[str, str]:
    """A vignette with `text`, `condition` and the diagnosis as written."""
    told = [raw.get(part, "").strip() for part in PARTS]
    text = ". ".join(part.rstrip(".") for part in told if part not in {"", "-"}) + "."
    return {"text": text, "condition": condition_of(raw["correct_diagnosis"]), "diagnosis": raw["correct_diagnosis"]}


def rows(path: Path) -> Iterator[dict[str, str]]:
    """All vignettes of a JSON-lines file."""
    with path.open(encoding="utf-8") as stream:
        yield from (row(json.loads(line)) for line in stream if line.strip())


def condition_of(diagnosis: str) -> str:
    """The condition that a diagnosis names, or `UNKNOWN`, which no model answers: a miss."""
    return _names().get(_plain(diagnosis), UNKNOWN)


@cache
def _names() -> dict[str, str]:
    known = {
        _plain(name): condition.id
        for condition in reversed(list(load_catalogue().conditions.values()))
        for name in (*condition.synonyms, condition.id.replace("_", " "), condition.name)
    }
    spelt = json.loads(NAMES.read_text(encoding="utf-8"))
    other = {name: each["condition"] for name, each in spelt["names"].items()}
    # What is listed as a miss stays one, even where a synonym of the catalogue reads the same.
    return {name: found for name, found in (known | other).items() if name not in spelt["misses"]}


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", name.lower()).strip()
