"""What a version must show before it moves towards live. Gates are pure; each gives its verdict in words."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

HOW_WITHOUT = (
    "freeze reviews of this desk first, or take the responsibility on the command line: "
    'manage.py promote VERSION --to STAGE --without-evidence --reason "why"'
)
ENOUGH_ROWS = 50
# How much of the main metric a candidate may lose against the live version on the same frozen rows.
TOLERANCE = 0.02


@dataclass(frozen=True)
class Gate:
    """One gate's verdict. With a warning it passed, but a person should read how weak the evidence is."""

    name: str
    passed: bool
    detail: str
    warning: bool = False

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Evidence:
    """What the gates look at. `candidate` and `live` are the desk's metrics over the same `rows` test examples.

    `learned` counts test rows left out because a version was trained on them; None: it does not record them. `decides`:
    at the stage asked for, the version's answers decide something. `without`: whoever asked takes the responsibility
    for promoting without evidence.
    """

    loads: bool
    labels: tuple[str, ...]
    live_labels: tuple[str, ...]
    rows: int
    candidate: Mapping[str, float]
    live: Mapping[str, float] | None
    main: str  # the desk's leading metric, higher is better
    error: str = ""
    learned: int | None = 0
    decides: bool = True
    without: bool = False


def judge(evidence: Evidence) -> list[Gate]:
    """Every gate's verdict on the evidence."""
    return [
        _loads(evidence),
        _keeps_labels(evidence),
        _is_unseen(evidence),
        _has_evidence(evidence),
        _is_no_worse(evidence),
    ]


def all_passed(gates: list[Gate]) -> bool:
    return all(gate.passed for gate in gates)


def _loads(evidence: Evidence) -> Gate:
    detail = "its files match their hashes and it answers" if evidence.loads else f"it does not load: {evidence.error}"
    return Gate("loads", evidence.loads, detail)


def _keeps_labels(evidence: Evidence) -> Gate:
    lost = sorted(set(evidence.live_labels) - set(evidence.labels))
    detail = f"it no longer knows {', '.join(lost[:10])}" if lost else "it knows every label of the live version"
    return Gate("keeps labels", not lost, detail)


def _is_unseen(evidence: Evidence) -> Gate:
    name = "unseen rows"
    if evidence.learned is None:
        return _wanting(
            evidence,
            name,
            "it was trained on reviews and does not record which ones, so the test rows may be among them",
        )
    if evidence.learned:
        detail = f"{evidence.learned} test rows left out: it or the live version was trained on them"
        return Gate(name, True, detail, warning=True)
    return Gate(name, True, "it was trained on none of the test rows")


def _has_evidence(evidence: Evidence) -> Gate:
    if not evidence.rows:
        return _wanting(evidence, "evidence", "there is no frozen test row to measure it on")
    if evidence.loads and evidence.main not in evidence.candidate:
        return _wanting(evidence, "evidence", f"nothing could be measured on {evidence.rows} frozen test rows")
    if evidence.rows >= ENOUGH_ROWS:
        return Gate("evidence", True, f"{evidence.rows} frozen test rows")
    return Gate("evidence", True, f"only {evidence.rows} frozen test rows: too few for a firm result", warning=True)


def _wanting(evidence: Evidence, name: str, detail: str) -> Gate:
    """Evidence is missing: what would decide something is held back, unless a person answers for it."""
    if evidence.decides and not evidence.without:
        return Gate(name, False, f"{detail}: {HOW_WITHOUT}")
    return Gate(
        name, True, f"{detail}, and whoever promoted it accepts that" if evidence.decides else detail, warning=True
    )


def _is_no_worse(evidence: Evidence) -> Gate:
    name = f"{evidence.main} no worse"
    ours = evidence.candidate.get(evidence.main)
    if evidence.live is None or ours is None or evidence.main not in evidence.live:
        return Gate(name, True, "no live version to compare with, or nothing measured", warning=True)
    theirs = evidence.live[evidence.main]
    detail = f"{ours:.3f} against {theirs:.3f} for the live version on the same rows (allowed loss {TOLERANCE})"
    return Gate(name, ours >= theirs - TOLERANCE, detail)
