"""The catalogue of conditions and findings, read once from the data files beside this module.

Every entry is reviewed by nobody yet and carries its source. Codes are ICD-10-CM (public domain); 49 conditions
and their finding probabilities start from DDXPlus (Fansi Tchango et al. 2022, CC BY 4.0).
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from triage.knowledge.scales import Level

DATA = Path(__file__).parent / "data"

URGENCIES = ("immediate", "very_urgent", "urgent", "soon", "self_care")
KINDS = ("symptom", "sign", "history", "test", "vital")
# Half-open age bands in years; a condition carries one relative weight for each.
AGE_BANDS = ((0, 1), (1, 5), (5, 13), (13, 18), (18, 35), (35, 50), (50, 65), (65, 80), (80, 100))


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a patient says, a clinician sees or a test shows; `lay` and `clinical` are ways to word it."""

    id: str
    name: str
    name_zh: str
    kind: str
    lay: tuple[str, ...]
    clinical: tuple[str, ...]
    question: str
    source: str
    body_site: str = ""


@dataclass(frozen=True, slots=True)
class Duration:
    """How long the complaint has usually lasted when the patient comes: `low` to `high` of `unit`."""

    unit: str
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition with its usual urgency and P(finding | condition).

    `findings` and `risk_factors` map finding ids to probabilities in (0, 1]; `against` names findings that make it
    less likely. `age_range` is in years; `age_weights` follow `AGE_BANDS`; `male` and `female` are shares of the
    patients. `prevalence` is relative, 1 rare to 9 everyday, in general practice and emergency departments together.
    """

    id: str
    name: str
    name_zh: str
    synonyms: tuple[str, ...]
    icd10: str
    urgency: str
    urgency_reason: str
    prevalence: int
    age_range: tuple[float, float]
    age_weights: tuple[int, ...]
    male: float
    female: float
    onset: str
    duration: Duration
    findings: Mapping[str, float]
    risk_factors: Mapping[str, float]
    against: tuple[str, ...]
    source: str
    system: str

    def probability(self, finding_id: str) -> float:
        """P(finding | condition); 0.0 for a finding the catalogue does not connect with it."""
        return self.findings.get(finding_id, self.risk_factors.get(finding_id, 0.0))


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All conditions and findings by id, in file order. `version` is a hash of the data files."""

    conditions: Mapping[str, Condition]
    findings: Mapping[str, Finding]
    version: str

    def by_icd10(self, code: str) -> tuple[Condition, ...]:
        """Conditions whose code equals `code`, or lies under it ("I21" finds "I21.9"); dots and case are free."""
        wanted = code.replace(".", "").upper()
        if not wanted:
            return ()
        return tuple(c for c in self.conditions.values() if c.icd10.replace(".", "").startswith(wanted))

    def condition_ids(self) -> tuple[str, ...]:
        """The label space of the diagnosis models, sorted."""
        return tuple(sorted(self.conditions))


Entry = TypeVar("Entry", Finding, Condition)


@lru_cache(maxsize=1)
def load_catalogue() -> Catalogue:
    """Read, index and hash the shipped catalogue; the same object on every call."""
    return read_catalogue(DATA)


@lru_cache(maxsize=1)
def usual_urgencies() -> Mapping[str, Level]:
    """Each condition's usual urgency."""
    found: dict[str, Any] = {condition.id: condition.urgency for condition in load_catalogue().conditions.values()}
    return MappingProxyType(found)


def read_catalogue(folder: Path) -> Catalogue:
    """Read `folder/conditions/*.json` and `folder/findings/*.json`.

    Raises `ValueError` for an id used twice, `KeyError` for a missing field.
    """
    digest = hashlib.sha256()
    findings: dict[str, Finding] = {}
    conditions: dict[str, Condition] = {}
    for path, entry in _entries(folder, "findings", digest):
        _add(findings, _finding(entry), path)
    for path, entry in _entries(folder, "conditions", digest):
        _add(conditions, _condition(entry, path.stem), path)
    return Catalogue(MappingProxyType(conditions), MappingProxyType(findings), digest.hexdigest()[:16])


def _entries(folder: Path, part: str, digest: Any) -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in sorted((folder / part).glob("*.json")):
        raw = path.read_bytes()
        digest.update(path.name.encode() + b"\0" + raw)
        for entry in json.loads(raw)[part]:
            yield path, entry


def _add(known: dict[str, Entry], entry: Entry, path: Path) -> None:
    if entry.id in known:
        raise ValueError(f"{path.name}: the id {entry.id} is used twice")
    known[entry.id] = entry


def _finding(entry: dict[str, Any]) -> Finding:
    return Finding(
        id=entry["id"],
        name=entry["name"],
        name_zh=entry["name_zh"],
        kind=entry["kind"],
        lay=tuple(entry["lay"]),
        clinical=tuple(entry["clinical"]),
        question=entry["question"],
        source=entry["source"],
        body_site=entry.get("body_site", ""),
    )


def _condition(entry: dict[str, Any], system: str) -> Condition:
    low, high = entry["age"]["range"]
    return Condition(
        id=entry["id"],
        name=entry["name"],
        name_zh=entry["name_zh"],
        synonyms=tuple(entry["synonyms"]),
        icd10=entry["icd10"],
        urgency=entry["urgency"],
        urgency_reason=entry["urgency_reason"],
        prevalence=entry["prevalence"],
        age_range=(low, high),
        age_weights=tuple(entry["age"]["weights"]),
        male=entry["sex"]["male"],
        female=entry["sex"]["female"],
        onset=entry["onset"],
        duration=Duration(**entry["duration"]),
        findings=MappingProxyType(entry["findings"]),
        risk_factors=MappingProxyType(entry["risk_factors"]),
        against=tuple(entry["against"]),
        source=entry["source"],
        system=system,
    )
