"""How good the proposed urgency is, on cases with a known level. Plain Python.

Leads with under-triage; accuracy comes second. Intervals are Wilson's, at 95 %. Levels are ordinal: agreement is
Cohen's kappa with quadratic weights.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from aimass_apps.inference.ensemble import Ensemble
from triage.catalogue.floor import Facts, Floor, safety_floor
from triage.catalogue.scales import LEVELS, Level
from triage.catalogue.vitals import Vitals
from triage.decide import Outcome, Policy, decide, three_levels

CASES: Final = Path(__file__).with_name("urgency_cases.json")
EMERGENCIES: Final = frozenset({"immediate", "very_urgent"})
Z95: Final = 1.959964


@dataclass(frozen=True, slots=True)
class UrgencyCase:
    """One case with the level that its author gave and the reason for it."""

    id: str
    text: str
    facts: Facts
    level: Level
    why: str


class Share(NamedTuple):
    """A proportion with its count and 95 % interval (Wilson)."""

    hits: int
    of: int
    low: float
    high: float

    @property
    def value(self) -> float:
        return self.hits / self.of if self.of else math.nan

    def __str__(self) -> str:
        return f"{100 * self.value:.1f} % ({self.hits}/{self.of}; {100 * self.low:.1f}-{100 * self.high:.1f})"


@dataclass(frozen=True, slots=True)
class UrgencyFigures:
    """Figures over cases: under- and over-triage, exact, safe (at or above), emergencies found, recall by level.

    `emergencies` counts immediate and very urgent cases proposed as one of these two; `three` is exact on three
    levels, where the truth is mapped as if no rule had fired; `kappa` is quadratic.
    """

    under: Share
    over: Share
    exact: Share
    safe: Share
    emergencies: Share
    three: Share
    recall: Mapping[Level, Share]
    kappa: float


def read_cases(*, sealed: bool, path: Path = CASES) -> list[UrgencyCase]:
    """The open or the sealed cases. The sealed third is opened once, when rules and policy are final."""
    return [_case(raw) for raw in json.loads(path.read_text(encoding="utf-8")) if raw["sealed"] == sealed]


def _case(raw: Mapping[str, Any]) -> UrgencyCase:
    facts = Facts(raw["age"], raw["sex"], raw.get("pregnant"), Vitals.from_mapping(raw["vitals"]))
    return UrgencyCase(raw["id"], raw["text"], facts, raw["level"], raw["why"])


def propose(
    case: UrgencyCase,
    answers: Mapping[str, Mapping[str, float] | None],
    policy: Policy,
    condition_urgency: Mapping[str, Level],
    ensemble: Ensemble | None = None,
) -> Outcome:
    """What the desk proposes for a case, from the models' answers to it (none at all: the safety floor alone)."""
    floor: Floor = safety_floor(case.text, case.facts)
    return decide(answers, floor, policy, condition_urgency, ensemble)


def figures(pairs: Sequence[tuple[Level, Level]]) -> UrgencyFigures:
    """Figures over (true, proposed) pairs. Raises ValueError where there is none."""
    if not pairs:
        raise ValueError("no cases")
    places = [(LEVELS.index(truth), LEVELS.index(proposed)) for truth, proposed in pairs]
    count = len(pairs)
    urgent = [proposed for truth, proposed in pairs if truth in EMERGENCIES]
    return UrgencyFigures(
        under=_share(sum(proposed > truth for truth, proposed in places), count),
        over=_share(sum(proposed < truth for truth, proposed in places), count),
        exact=_share(sum(proposed == truth for truth, proposed in places), count),
        safe=_share(sum(proposed <= truth for truth, proposed in places), count),
        emergencies=_share(sum(proposed in EMERGENCIES for proposed in urgent), len(urgent)),
        three=_share(sum(_three(truth) == _three(proposed) for truth, proposed in pairs), count),
        recall={level: _recall(pairs, level) for level in LEVELS},
        kappa=_quadratic_kappa(places),
    )


def _three(level: Level) -> str:
    return three_levels(level, raised_by_floor=False)


def _recall(pairs: Sequence[tuple[Level, Level]], level: Level) -> Share:
    own = [proposed for truth, proposed in pairs if truth == level]
    return _share(own.count(level), len(own))


def _share(hits: int, of: int) -> Share:
    """Wilson's score interval (Wilson 1927)."""
    if not of:
        return Share(0, 0, 0.0, 1.0)
    rate, square = hits / of, Z95 * Z95
    middle = (rate + square / (2 * of)) / (1 + square / of)
    half = Z95 / (1 + square / of) * math.sqrt(rate * (1 - rate) / of + square / (4 * of * of))
    return Share(hits, of, max(0.0, middle - half), min(1.0, middle + half))


def _quadratic_kappa(places: Sequence[tuple[int, int]]) -> float:
    """Cohen's kappa with quadratic weights; 1 where both sides name one and the same level throughout."""
    count = len(places)
    observed = sum((truth - proposed) ** 2 for truth, proposed in places) / count
    expected = sum((truth - proposed) ** 2 for truth, _ in places for _, proposed in places) / count**2
    return 1 - observed / expected if expected else 1.0
