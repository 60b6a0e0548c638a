"""How good the proposed urgency is, on cases with a known level. Plain Python.

Leads with under-triage; accuracy comes second. Intervals are Wilson's, at 95 %. Levels are ordinal: agreement is
Cohen's kappa with quadratic weights.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple, get_args

from aimass_apps.inference.kinds.ensemble.predictor import Ensemble
from aimass_apps.ml.evaluate.significance import wilson_of
from triage.decide import Outcome, Policy, Source, ThreeLevels, decide, three_levels
from triage.knowledge.floor import Facts, Floor, safety_floor
from triage.levels import LEVELS, Level
from triage.metrics import URGENCY
from triage.urgency.predictor import UrgencyLayer
from triage.vitals import Vitals

FOLDER: Final = Path(__file__).parent
CASES: Final = FOLDER / "urgency_cases.json"
SETS: Final[Mapping[str, Path]] = {"first": CASES, "second": FOLDER / "urgency_cases_second.json"}
"""Sets of cases on five levels, each hashed before what it judges; `VIGNETTES` has its own truth on three."""
VIGNETTES: Final = FOLDER / "vignettes.json"
THREE: Final[tuple[ThreeLevels, ...]] = get_args(ThreeLevels)
EMERGENCIES: Final = frozenset({"immediate", "very_urgent"})


@dataclass(frozen=True, slots=True)
class Visit:
    """A text and its facts, as the desk gets them, and why the author gave it its truth."""

    id: str
    text: str
    facts: Facts
    why: str

    @property
    def told(self) -> dict[str, object]:
        """The facts as a model is told them."""
        known, vitals = self.facts, self.facts.vitals
        told = {"age_years": known.age_years, "sex": known.sex, "pregnant": known.pregnant}
        return {**told, "vitals": {} if vitals is None else asdict(vitals)}


@dataclass(frozen=True, slots=True)
class UrgencyCase(Visit):
    """One case with the level that its author gave."""

    level: Level


@dataclass(frozen=True, slots=True)
class Vignette(Visit):
    """One short vignette with its truth on three levels."""

    three: ThreeLevels


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
class UrgencyMetrics:
    """Metrics over cases: under- and over-triage, exact, safe (at or above), emergencies found, recall by level.

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
    """The open or the sealed cases. The sealed ones are opened once, when rules and policy are final."""
    return [UrgencyCase(*_visit(raw), raw["level"]) for raw in _rows(path, sealed)]


def read_vignettes(*, sealed: bool, path: Path = VIGNETTES) -> list[Vignette]:
    """The open or the sealed vignettes."""
    return [Vignette(*_visit(raw), raw["three"]) for raw in _rows(path, sealed)]


def case_texts() -> Iterator[str]:
    """Every text that judges the urgency, sealed or not: none may stand among rows to train on."""
    for path in (*SETS.values(), VIGNETTES):
        yield from (raw["text"] for raw in json.loads(path.read_text(encoding="utf-8")))
    for path in sorted((FOLDER / "judged").glob("*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            for raw in map(json.loads, lines):
                yield from (raw[part] for part in ("text", "short", "long") if part in raw)


def task_rows() -> Iterator[dict[str, Any]]:
    """The open cases on five levels as rows of `manage.py evaluate`: text, facts, and a column for each level."""
    for path in SETS.values():
        for case in read_cases(sealed=False, path=path):
            yield {"text": case.text, "facts": case.told} | {URGENCY + each: each == case.level for each in LEVELS}


def _rows(path: Path, sealed: bool) -> list[Mapping[str, Any]]:
    return [raw for raw in json.loads(path.read_text(encoding="utf-8")) if raw["sealed"] == sealed]


def _visit(raw: Mapping[str, Any]) -> tuple[str, str, Facts, str]:
    facts = Facts(raw["age"], raw["sex"], raw.get("pregnant"), Vitals.from_mapping(raw["vitals"]))
    return raw["id"], raw["text"], facts, raw["why"]


def propose(
    case: Visit,
    answers: Mapping[Source, Mapping[str, float] | None],
    policy: Policy,
    condition_urgency: Mapping[str, Level],
    ensemble: Ensemble | None = None,
    layer: UrgencyLayer | None = None,
) -> Outcome:
    """What the desk proposes for a case, from the models' answers to it (none at all: the safety floor alone)."""
    floor: Floor = safety_floor(case.text, case.facts)
    return decide(answers, floor, policy, condition_urgency, ensemble, layer)


def urgency_metrics(pairs: Sequence[tuple[Level, Level]]) -> UrgencyMetrics:
    """Metrics over (true, proposed) pairs. Raises ValueError where there is none."""
    if not pairs:
        raise ValueError("no cases")
    places = [(LEVELS.index(truth), LEVELS.index(proposed)) for truth, proposed in pairs]
    count = len(pairs)
    urgent = [proposed for truth, proposed in pairs if truth in EMERGENCIES]
    return UrgencyMetrics(
        under=share(sum(proposed > truth for truth, proposed in places), count),
        over=share(sum(proposed < truth for truth, proposed in places), count),
        exact=share(sum(proposed == truth for truth, proposed in places), count),
        safe=share(sum(proposed <= truth for truth, proposed in places), count),
        emergencies=share(sum(proposed in EMERGENCIES for proposed in urgent), len(urgent)),
        three=share(sum(_three(truth) == _three(proposed) for truth, proposed in pairs), count),
        recall={level: _recall(pairs, level) for level in LEVELS},
        kappa=quadratic_kappa(places),
    )


@dataclass(frozen=True, slots=True)
class ThreeLevelMetrics:
    """Metrics on three levels: exact, at or above the truth, and emergencies that were called one."""

    exact: Share
    safe: Share
    emergencies: Share


def three_level_metrics(pairs: Sequence[tuple[ThreeLevels, ThreeLevels]]) -> ThreeLevelMetrics:
    """Metrics over (true, proposed) pairs on three levels. Raises ValueError where there is none."""
    if not pairs:
        raise ValueError("no vignettes")
    places = [(THREE.index(truth), THREE.index(proposed)) for truth, proposed in pairs]
    called = [proposed == 0 for truth, proposed in places if truth == 0]
    return ThreeLevelMetrics(
        exact=share(sum(truth == proposed for truth, proposed in places), len(pairs)),
        safe=share(sum(proposed <= truth for truth, proposed in places), len(pairs)),
        emergencies=share(sum(called), len(called)),
    )


def _three(level: Level) -> str:
    return three_levels(level, raised_by_floor=False)


def _recall(pairs: Sequence[tuple[Level, Level]], level: Level) -> Share:
    own = [proposed for truth, proposed in pairs if truth == level]
    return share(own.count(level), len(own))


def share(hits: int, of: int) -> Share:
    """A proportion; without any case its interval is 0 to 1."""
    if not of:
        return Share(0, 0, 0.0, 1.0)
    found = wilson_of(hits, of)
    return Share(hits, of, found.low, found.high)


def quadratic_kappa(places: Sequence[tuple[int, int]]) -> float:
    """Cohen's kappa with quadratic weights; 1 where both sides name one and the same level throughout."""
    count = len(places)
    observed = sum((truth - proposed) ** 2 for truth, proposed in places) / count
    expected = sum((truth - proposed) ** 2 for truth, _ in places for _, proposed in places) / count**2
    return 1 - observed / expected if expected else 1.0
