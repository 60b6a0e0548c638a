"""Visits judged by people who saw no rule: each with the levels that a careful nurse could choose. Plain Python.

Half of each set, by the hash of a case's id, stays unread while rules are written; `parts` chooses.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from triage.decide import Outcome
from triage.evaluation.urgency import EMERGENCIES, Share, Visit, quadratic_kappa, share
from triage.knowledge.floor import Facts
from triage.levels import LEVELS, Level
from triage.vitals import Vitals

FOLDER: Final = Path(__file__).parent / "judged"
SETS: Final = {
    "judged-notes": "en_a.jsonl",
    "judged-words": "en_b.jsonl",
    "judged-chinese": "zh.jsonl",
    "judged-minor": "minor.jsonl",
}
"""Nurses' notes, people's own words, Chinese visits, minor things; hashed before what they judge (`files.sha256`)."""


@dataclass(frozen=True, slots=True)
class JudgedCase(Visit):
    """One visit with the expected level, those that are acceptable, and the conditions to have in mind first."""

    level: Level
    acceptable: tuple[Level, ...]
    conditions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JudgedMetrics:
    """`under` and `over` count proposals beyond every acceptable level; `first`, `in_three` cases with a condition."""

    emergencies: Share
    immediate: Share
    under: Share
    over: Share
    self_care: Share
    exact: Share
    kappa: float
    first: Share
    in_three: Share


def is_sealed(case_id: str) -> bool:
    """Whether a case is of the half that nobody reads while rules are written."""
    return int(hashlib.sha256(case_id.encode()).hexdigest(), 16) % 2 == 1


def read_judged(path: Path, parts: Sequence[bool]) -> list[JudgedCase]:
    """The cases of a file whose half is among `parts` (sealed or not)."""
    with path.open(encoding="utf-8") as lines:
        return [_case(raw) for line in lines if is_sealed((raw := json.loads(line))["id"]) in parts]


def _case(raw: dict[str, Any]) -> JudgedCase:
    vitals = {name: value for name, value in (raw["vitals"] or {}).items() if value is not None}
    facts = Facts(raw["age"], raw["sex"], raw.get("pregnant"), Vitals.from_mapping(vitals))
    levels = tuple(raw["acceptable_urgency"])
    return JudgedCase(
        raw["id"], raw["text"], facts, raw["note"], raw["expected_urgency"], levels, tuple(raw["expected_conditions"])
    )


def judged_metrics(cases: Sequence[JudgedCase], outcomes: Sequence[Outcome]) -> JudgedMetrics:
    """Metrics over cases and what was proposed for each. Raises ValueError where there is none."""
    if not cases:
        raise ValueError("no cases")
    place = LEVELS.index
    pairs = [(case, outcome.urgency) for case, outcome in zip(cases, outcomes, strict=True)]
    ranks = [_rank(case, outcome) for case, outcome in zip(cases, outcomes, strict=True) if case.conditions]
    return JudgedMetrics(
        emergencies=_among(pairs, EMERGENCIES, EMERGENCIES),
        immediate=_among(pairs, {"immediate"}, {"immediate"}),
        under=share(sum(place(said) > max(map(place, case.acceptable)) for case, said in pairs), len(pairs)),
        over=share(sum(place(said) < min(map(place, case.acceptable)) for case, said in pairs), len(pairs)),
        self_care=_among(pairs, {"self_care"}, {"self_care"}),
        exact=share(sum(case.level == said for case, said in pairs), len(pairs)),
        kappa=quadratic_kappa([(place(case.level), place(said)) for case, said in pairs]),
        first=share(sum(rank == 0 for rank in ranks), len(ranks)),
        in_three=share(sum(rank < 3 for rank in ranks), len(ranks)),
    )


def _among(pairs: Sequence[tuple[JudgedCase, Level]], of: set[Level] | frozenset[str], said: Any) -> Share:
    own = [proposed for case, proposed in pairs if case.level in of]
    return share(sum(proposed in said for proposed in own), len(own))


def _rank(case: JudgedCase, outcome: Outcome) -> int:
    """The place of the first condition that was to be had in mind; past the end where none is named."""
    named = [each.condition for each in outcome.differential]
    return next((place for place, each in enumerate(named) if each in case.conditions), len(named) + 3)
