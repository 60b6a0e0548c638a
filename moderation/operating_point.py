"""How boldly a version decides by itself, as one number. Plain Python, no Django.

The operating point moves all thresholds of a version by the same step in log odds: 0 keeps them, less than 0 is more
cautious.
Clearing: at -1 a post stays clear only if it would with every threshold one lower. Removing: at -1 a machine removes
what is one or more over a threshold.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import replace

from aimass_apps.inference.text.language import Languages
from aimass_apps.ml.risk import NEVER
from moderation.decide import VersionAnswer, decide, deciding_versions
from moderation.policy import Policy, VersionRules

# Never bolder than the version's own thresholds: these were chosen for their precision, not for how much they clear.
OPERATING_POINTS = tuple(round(-5 + 0.1 * step, 1) for step in range(51))


def clear_point(
    answers: Sequence[VersionAnswer], version: VersionAnswer, policy: Policy, languages: Languages | None = None
) -> float:
    """The most cautious operating point at which the post is cleared without a person; `NEVER` where it is at none."""
    limits = limits_of(version, policy)

    def cleared(operating_point: float) -> bool:
        rules = {**policy.versions, version.version: VersionRules(moved(limits, operating_point))}
        return decide(answers, replace(policy, versions=rules), 1.0, languages).step == "clear"

    # What is cleared stays cleared at every bolder operating point: the thresholds only rise.
    place = bisect_left(OPERATING_POINTS, True, key=cleared)
    return OPERATING_POINTS[place] if place < len(OPERATING_POINTS) else NEVER


def act_point(version: VersionAnswer, policy: Policy) -> float:
    """The most cautious operating point at which a machine removes the post; `NEVER` where no label is flagged."""
    limits = limits_of(version, policy)
    over = max((_log_odds(version.scores[label]) - _log_odds(limits[label]) for label in limits), default=-1.0)
    return -over if over >= 0 else NEVER


def decides(answers: Sequence[VersionAnswer], version: VersionAnswer, policy: Policy) -> bool:
    """Whether the post is decided by what this version said."""
    return version.version in deciding_versions(answers, policy)


def limits_of(version: VersionAnswer, policy: Policy) -> dict[str, float]:
    """From where each label flags under the policy file and the version's own thresholds; quiet labels don't."""
    found = {
        label: policy.threshold(version.kind, label, version.thresholds)
        for label in version.scores
        if label not in policy.quiet_labels
    }
    return {label: limit for label, limit in found.items() if limit is not None}


def rules_at(limits: Mapping[str, float], *, clear: float | None, act: float | None) -> dict[str, dict[str, float]]:
    """A version's rules for the policy: flagged from `limits` moved to `clear`, removed from those moved by `act`."""
    rules = {}
    if clear is not None:
        rules["thresholds"] = moved(limits, clear)
    if act is not None:
        rules["act"] = moved(limits, -act)
    return rules


def moved(limits: Mapping[str, float], operating_point: float) -> dict[str, float]:
    """The thresholds `operating_point` higher in log odds, to six digits."""
    return {label: round(1 / (1 + math.exp(-_log_odds(limit) - operating_point)), 6) for label, limit in limits.items()}


def _log_odds(share: float) -> float:
    kept = min(max(share, 1e-6), 1 - 1e-6)
    return math.log(kept / (1 - kept))
