"""What a version must show before it moves towards live. Gates are pure; each gives its verdict in words."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

ENOUGH_ROWS = 50
# How much of the main figure a candidate may lose against the live version on the same frozen rows.
TOLERANCE = 0.02


@dataclass(frozen=True)
class Gate:
    """One gate's verdict. A gate that could not be judged for want of evidence warns and does not hold back."""

    name: str
    passed: bool
    detail: str
    warning: bool = False

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Evidence:
    """What the gates look at. `candidate` and `live` are the desk's metrics over the same `rows` test examples."""

    loads: bool
    labels: tuple[str, ...]
    live_labels: tuple[str, ...]
    rows: int
    candidate: Mapping[str, float]
    live: Mapping[str, float] | None
    main: str  # the desk's leading figure, higher is better
    error: str = ""


def judge(evidence: Evidence) -> list[Gate]:
    """Every gate's verdict on the evidence."""
    return [_loads(evidence), _keeps_labels(evidence), _has_evidence(evidence), _is_no_worse(evidence)]


def all_passed(gates: list[Gate]) -> bool:
    return all(gate.passed for gate in gates)


def _loads(evidence: Evidence) -> Gate:
    detail = "its files match their hashes and it answers" if evidence.loads else f"it does not load: {evidence.error}"
    return Gate("loads", evidence.loads, detail)


def _keeps_labels(evidence: Evidence) -> Gate:
    lost = sorted(set(evidence.live_labels) - set(evidence.labels))
    detail = f"it no longer knows {', '.join(lost[:10])}" if lost else "it knows every label of the live version"
    return Gate("keeps labels", not lost, detail)


def _has_evidence(evidence: Evidence) -> Gate:
    if evidence.rows >= ENOUGH_ROWS:
        return Gate("evidence", True, f"{evidence.rows} frozen test rows")
    return Gate("evidence", True, f"only {evidence.rows} frozen test rows: too few to tell much", warning=True)


def _is_no_worse(evidence: Evidence) -> Gate:
    name = f"{evidence.main} no worse"
    ours = evidence.candidate.get(evidence.main)
    if evidence.live is None or ours is None or evidence.main not in evidence.live:
        return Gate(name, True, "nothing live to compare with, or nothing measured", warning=True)
    theirs = evidence.live[evidence.main]
    detail = f"{ours:.3f} against {theirs:.3f} live on the same rows (may lose {TOLERANCE})"
    return Gate(name, ours >= theirs - TOLERANCE, detail)
