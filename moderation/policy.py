"""A moderation policy: what is flagged, what is acted on, what is drawn for audit. A versioned JSON file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from annotated_types import Predicate

from aimass_apps.strict_files import BadFile, Name, Positive, Share, Text, checked, read_json
from moderation.labels import LABELS

DECIDING_KINDS = ("ensemble", "bert", "svm")
DEFAULT = Path(__file__).parent / "policies" / "default-1.json"


def be_a_label(name: str) -> bool:
    return name in LABELS


Label = Annotated[str, Predicate(be_a_label)]


class UnusablePolicy(BadFile):
    """The policy file is missing, unreadable or says something impossible; the message names the place."""


@dataclass(frozen=True, slots=True)
class KeywordRules:
    """How a keyword's weight (0 to 1) counts beside the deciding model's score.

    From `severe_from` on a word flags by itself. From `strong_from` on it flags unless the model's score for the
    label is under `strong_needs_share` of its threshold; from `mild_from` on only when the score is at least
    `mild_needs_share` of it. Lighter words are only marked in the text. A model that knows nothing of the label, or
    does not read the list's language, overrules no word: `decide` says who speaks for what.
    """

    severe_from: Share = 0.9
    strong_from: Share = 0.6
    mild_from: Share = 0.2
    strong_needs_share: Share = 0.25
    mild_needs_share: Share = 0.8

    def __post_init__(self) -> None:
        if not self.mild_from <= self.strong_from <= self.severe_from:
            raise ValueError("mild_from, strong_from and severe_from must rise")


@dataclass(frozen=True, slots=True)
class PriorityWeights:
    """Shares of the five parts of a priority (they add up to 1) and the age in minutes that counts in full."""

    severity: Share = 0.35
    score: Share = 0.25
    reports: Share = 0.15
    age: Share = 0.15
    strikes: Share = 0.10
    target_minutes: Positive = 60.0

    def __post_init__(self) -> None:
        total = self.severity + self.score + self.reports + self.age + self.strikes
        if abs(total - 1) > 1e-6:
            raise ValueError(f"the five shares add up to {total:g}, not to 1")


@dataclass(frozen=True, slots=True)
class VersionRules:
    """What holds for one model version alone, since it was measured for it: both by label, before all else."""

    thresholds: Mapping[Label, Share] = field(default_factory=dict)
    act: Mapping[Label, Share] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Policy:
    """`thresholds` overrides a version's own by kind and label, `act` gives the score from which a machine removes.

    `versions` overrides both for single model versions, by their names. `audit_share` is the chance that a person
    sees what was decided automatically.
    """

    version: Name
    note: str = ""
    deciding_kinds: tuple[Text, ...] = DECIDING_KINDS
    thresholds: Mapping[str, Mapping[Label, Share]] = field(default_factory=dict)
    quiet_labels: frozenset[Label] = frozenset()
    act: Mapping[Label, Share] = field(default_factory=dict)
    keywords: KeywordRules = KeywordRules()
    severity: Mapping[Label, Share] = field(default_factory=dict)
    audit_share: Share = 0.0
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
    return read_json(path, Policy, UnusablePolicy)


def read_policy(raw: object) -> Policy:
    """A policy from parsed JSON. Raises `UnusablePolicy`."""
    return checked(raw, Policy, UnusablePolicy)


def read_versions(raw: object) -> dict[str, VersionRules]:
    """The rules of single versions from parsed JSON. Raises `UnusablePolicy`."""
    return checked(raw, dict[str, VersionRules], UnusablePolicy, under="versions")
