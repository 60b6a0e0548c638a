"""A moderation policy: what is flagged, what is acted on, what is drawn for audit. A versioned JSON file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from moderation.labels import LABELS

DECIDING_KINDS = ("ensemble", "bert", "svm")
DEFAULT = Path(__file__).parent / "policies" / "default-1.json"


class UnusablePolicy(ValueError):
    """The policy file is missing, unreadable or says something impossible; the message names the place."""


@dataclass(frozen=True, slots=True)
class KeywordRules:
    """How a keyword's weight (0 to 1) counts beside the deciding model's score.

    From `severe_from` on a word flags by itself. From `strong_from` on it flags unless the model's score for the
    label is under `strong_needs_share` of its threshold; from `mild_from` on only when the score is at least
    `mild_needs_share` of it. Lighter words are only marked in the text. A model that knows nothing of the label, or
    does not read the list's language, overrules no word: `decide` says who speaks for what.
    """

    severe_from: float = 0.9
    strong_from: float = 0.6
    mild_from: float = 0.2
    strong_needs_share: float = 0.25
    mild_needs_share: float = 0.8


@dataclass(frozen=True, slots=True)
class PriorityWeights:
    """Shares of the five parts of a priority (they add up to 1) and the age in minutes that counts in full."""

    severity: float = 0.35
    score: float = 0.25
    reports: float = 0.15
    age: float = 0.15
    strikes: float = 0.10
    target_minutes: float = 60.0


@dataclass(frozen=True, slots=True)
class VersionRules:
    """What holds for one model version alone, since it was measured for it: both by label, before all else."""

    thresholds: Mapping[str, float] = field(default_factory=dict)
    act: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Policy:
    """`thresholds` overrides a version's own by kind and label, `act` gives the score from which a machine removes.

    `versions` overrides both for single model versions, by their names. `audit_share` is the chance that a person
    sees what was decided automatically.
    """

    version: str
    note: str = ""
    deciding_kinds: tuple[str, ...] = DECIDING_KINDS
    thresholds: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    quiet_labels: frozenset[str] = frozenset()
    act: Mapping[str, float] = field(default_factory=dict)
    keywords: KeywordRules = KeywordRules()
    severity: Mapping[str, float] = field(default_factory=dict)
    audit_share: float = 0.0
    priority: PriorityWeights = PriorityWeights()
    versions: Mapping[str, VersionRules] = field(default_factory=dict)

    def threshold(self, kind: str, label: str, own: Mapping[str, float], version: str = "") -> float | None:
        """The probability from which `label` flags; None when neither policy nor version gives one."""
        rules = self.versions.get(version, VersionRules())
        return rules.thresholds.get(label, self.thresholds.get(kind, {}).get(label, own.get(label)))

    def acts_from(self, label: str, version: str = "") -> float | None:
        """The probability from which a machine removes for `label`; None when it never does."""
        return self.versions.get(version, VersionRules()).act.get(label, self.act.get(label))

    def severity_of(self, label: str) -> float:
        return self.severity.get(label, 0.5)


def load_policy(path: Path = DEFAULT) -> Policy:
    """Read and check a policy file. Raises `UnusablePolicy`."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UnusablePolicy(f"{path}: can't be read ({error.strerror})") from error
    except ValueError as error:
        raise UnusablePolicy(f"{path}: is not JSON ({error})") from error
    try:
        return read_policy(raw)
    except UnusablePolicy as error:
        raise UnusablePolicy(f"{path}: {error}") from error


def read_policy(raw: object) -> Policy:
    """A policy from parsed JSON. Raises `UnusablePolicy`."""
    given = _known("the policy", raw, Policy)
    policy = Policy(
        version=_text("version", given.get("version")),
        note=str(given.get("note", "")),
        deciding_kinds=_names("deciding_kinds", given.get("deciding_kinds", list(DECIDING_KINDS))),
        thresholds=_thresholds(given.get("thresholds", {})),
        quiet_labels=frozenset(_labels("quiet_labels", given.get("quiet_labels", []))),
        act=_shares("act", given.get("act", {}), labels=True),
        keywords=KeywordRules(**_shares("keywords", _known("keywords", given.get("keywords", {}), KeywordRules))),
        severity=_shares("severity", given.get("severity", {}), labels=True),
        audit_share=_share("audit_share", given.get("audit_share", 0.0)),
        priority=_priority(given.get("priority", {})),
        versions=read_versions(given.get("versions", {})),
    )
    rules = policy.keywords
    if not rules.mild_from <= rules.strong_from <= rules.severe_from:
        raise UnusablePolicy("keywords: mild_from, strong_from and severe_from must rise")
    return policy


def _known(place: str, raw: object, shape: type) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise UnusablePolicy(f"{place}: must be an object")
    unknown = sorted(set(raw) - {each.name for each in fields(shape)})
    if unknown:
        raise UnusablePolicy(f"{place}: unknown entry {unknown[0]!r}")
    return raw


def _text(place: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > 80:
        raise UnusablePolicy(f"{place}: must be a text of 1 to 80 characters")
    return value


def _names(place: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise UnusablePolicy(f"{place}: must be a list of names")
    return tuple(value)


def _labels(place: str, value: object) -> tuple[str, ...]:
    names = _names(place, value)
    for name in names:
        if name not in LABELS:
            raise UnusablePolicy(f"{place}: {name!r} is not a label ({', '.join(LABELS)})")
    return names


def _share(place: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise UnusablePolicy(f"{place}: must be a number from 0 to 1")
    return float(value)


def _shares(place: str, raw: object, *, labels: bool = False) -> dict[str, float]:
    if not isinstance(raw, dict):
        raise UnusablePolicy(f"{place}: must be an object of numbers")
    if labels:
        _labels(place, list(raw))
    return {name: _share(f"{place}.{name}", value) for name, value in raw.items()}


def _thresholds(raw: object) -> dict[str, dict[str, float]]:
    if not isinstance(raw, dict):
        raise UnusablePolicy("thresholds: must be an object by kind")
    return {kind: _shares(f"thresholds.{kind}", by_label, labels=True) for kind, by_label in raw.items()}


def read_versions(raw: object) -> dict[str, VersionRules]:
    """The rules of single versions from parsed JSON. Raises `UnusablePolicy`."""
    if not isinstance(raw, dict):
        raise UnusablePolicy("versions: must be an object by version")
    found = {}
    for name, rules in raw.items():
        given = _known(f"versions.{name}", rules, VersionRules)
        parts = {key: _shares(f"versions.{name}.{key}", value, labels=True) for key, value in given.items()}
        found[name] = VersionRules(**parts)
    return found


def _priority(raw: object) -> PriorityWeights:
    given = dict(_known("priority", raw, PriorityWeights))
    minutes = given.pop("target_minutes", 60.0)
    if isinstance(minutes, bool) or not isinstance(minutes, int | float) or minutes <= 0:
        raise UnusablePolicy("priority.target_minutes: must be a number above 0")
    weights = PriorityWeights(**_shares("priority", given), target_minutes=float(minutes))
    total = weights.severity + weights.score + weights.reports + weights.age + weights.strikes
    if abs(total - 1) > 1e-6:
        raise UnusablePolicy(f"priority: the five shares add up to {total:g}, not to 1")
    return weights
