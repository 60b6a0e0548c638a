"""The catalogue of conditions and findings, read once from the data files beside this module.

Every entry names its source; no clinician has reviewed any yet. Codes are ICD-10-CM (public domain); 49 conditions
and their finding probabilities start from DDXPlus (Fansi Tchango et al. 2022, CC BY 4.0).
"""

import hashlib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, TypeVar

from annotated_types import Interval, Len, MinLen

from aimass_apps.strict_files import BadFile, Count, Share, Text, read_json
from triage.levels import Level

DATA = Path(__file__).parent / "data"

# Half-open age bands in years; a condition carries one relative weight for each.
AGE_BANDS = ((0, 1), (1, 5), (5, 13), (13, 18), (18, 35), (35, 50), (50, 65), (65, 80), (80, 100))

Probability = Annotated[float, Interval(gt=0, le=1)]
Years = Annotated[float, Interval(ge=0, le=120)]
_ID = re.compile(r"[a-z][a-z0-9_]*")


class BadCatalogue(BadFile):
    """A data file of the catalogue can't be used; the message names the file and the entry."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a patient says, a clinician sees or a test shows; `lay` and `clinical` are ways to word it."""

    id: Text
    name: Text
    name_zh: Text
    kind: Literal["symptom", "sign", "history", "test", "vital"]
    lay: Annotated[tuple[Text, ...], MinLen(1)]
    clinical: Annotated[tuple[Text, ...], MinLen(1)]
    question: Text
    source: Text
    body_site: str = ""

    def __post_init__(self) -> None:
        _refuse_odd_id(self.id)


@dataclass(frozen=True, slots=True)
class Duration:
    """How long the complaint has usually lasted when the patient comes: `low` to `high` of `unit`."""

    unit: Literal["hour", "day", "week", "month", "year"]
    low: Count
    high: Count

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError("the duration ends before it begins")


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
    urgency: Level
    routine: bool
    """A visit in days or weeks: nothing is lost by waiting for it, so that `urgency` is "self_care"."""
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

    def condition_ids(self) -> tuple[str, ...]:
        """The label space of the diagnosis models, sorted."""
        return tuple(sorted(self.conditions))


@dataclass(frozen=True, slots=True)
class _Ages:
    range: tuple[Years, Years]
    weights: Annotated[tuple[Count, ...], Len(len(AGE_BANDS), len(AGE_BANDS))]

    def __post_init__(self) -> None:
        if self.range[0] >= self.range[1]:
            raise ValueError("the age range is empty")
        if not sum(self.weights):
            raise ValueError("the weights are all zero")


@dataclass(frozen=True, slots=True)
class _Sexes:
    male: Share
    female: Share

    def __post_init__(self) -> None:
        if not math.isclose(self.male + self.female, 1, abs_tol=0.011):
            raise ValueError("the shares of male and female patients do not add up to 1")


@dataclass(frozen=True, slots=True)
class _Told:
    """A condition as its file has it; the file's name is its system."""

    id: Text
    name: Text
    name_zh: Text
    synonyms: tuple[Text, ...]
    icd10: Text
    urgency: Literal[Level, "routine"]
    urgency_reason: Annotated[str, MinLen(12)]
    prevalence: Annotated[int, Interval(ge=1, le=9)]
    age: _Ages
    sex: _Sexes
    onset: Literal["sudden", "acute", "gradual"]
    duration: Duration
    findings: Mapping[str, Probability]
    risk_factors: Mapping[str, Probability]
    against: tuple[Text, ...]
    source: Text

    def __post_init__(self) -> None:
        _refuse_odd_id(self.id)


@dataclass(frozen=True, slots=True)
class _Findings:
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Conditions:
    conditions: tuple[_Told, ...]


def _refuse_odd_id(entry: str) -> None:
    if not _ID.fullmatch(entry):
        raise ValueError("the id is not snake_case")


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

    Raises `BadCatalogue`.
    """
    digest = hashlib.sha256()
    findings: dict[str, Finding] = {}
    conditions: dict[str, Condition] = {}
    for path in _files(folder / "findings", digest):
        for finding in read_json(path, _Findings, BadCatalogue).findings:
            _add(findings, finding, path)
    for path in _files(folder / "conditions", digest):
        for told in read_json(path, _Conditions, BadCatalogue).conditions:
            _add(conditions, _condition(told, path.stem), path)
    return Catalogue(MappingProxyType(conditions), MappingProxyType(findings), digest.hexdigest()[:16])


def _files(folder: Path, digest: Any) -> list[Path]:
    paths = sorted(folder.glob("*.json"))
    for path in paths:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return paths


def _add(known: dict[str, Entry], entry: Entry, path: Path) -> None:
    if entry.id in known:
        raise BadCatalogue(f"the id {entry.id} is used twice", path)
    known[entry.id] = entry


def _condition(told: _Told, system: str) -> Condition:
    return Condition(
        id=told.id,
        name=told.name,
        name_zh=told.name_zh,
        synonyms=told.synonyms,
        icd10=told.icd10,
        urgency="self_care" if told.urgency == "routine" else told.urgency,
        routine=told.urgency == "routine",
        urgency_reason=told.urgency_reason,
        prevalence=told.prevalence,
        age_range=told.age.range,
        age_weights=told.age.weights,
        male=told.sex.male,
        female=told.sex.female,
        onset=told.onset,
        duration=told.duration,
        findings=MappingProxyType(dict(told.findings)),
        risk_factors=MappingProxyType(dict(told.risk_factors)),
        against=told.against,
        source=told.source,
        system=system,
    )
