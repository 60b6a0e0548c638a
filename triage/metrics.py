"""Metrics of one model version against clinicians' judgements. Plain Python.

A row is (labels, scores, weight): labels as `queries.examples` gives them, scores of the version by label, and the
weight that undoes the sampling of what was judged.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from triage.knowledge.load import load_catalogue
from triage.levels import LEVELS

URGENCY = "urgency:"
MAIN, MAIN_OF_LEVELS = "top_3", "urgency_exact"
UNKNOWN = 1_000_000  # a place nobody looks at
Row = tuple[dict[str, Any], dict[str, float], float]
Pair = tuple[int, int]


def label_space() -> list[str]:
    """What a model of this desk may answer: every condition of the catalogue, and the urgency levels."""
    return [*load_catalogue().condition_ids(), *(URGENCY + level for level in LEVELS)]


def metrics(rows: Sequence[Row]) -> dict[str, Any]:
    """Shares from 0 to 1: the judged condition among the first 1, 3 and 5; urgency exact, under and over.

    A share without any row is left out. `main` names the metric that leads when versions are compared.
    """
    found: dict[str, Any] = {"rows": len(rows), "main": MAIN}
    ranks = [(_rank(labels, scores), weight) for labels, scores, weight in rows]
    known = [(rank, weight) for rank, weight in ranks if rank is not None]
    if known:
        found |= {f"top_{places}": _share(known, range(1, places + 1).__contains__) for places in (1, 3, 5)}
    pairs = [(_levels(labels, scores), weight) for labels, scores, weight in rows]
    levels = [(pair, weight) for pair, weight in pairs if pair is not None]
    if levels:
        found["urgency_exact"] = _share(levels, lambda pair: pair[0] == pair[1])
        found["under_triage"] = _share(levels, lambda pair: pair[1] > pair[0])
        # A version that only answers levels is led by how well it does that.
        found["main"] = MAIN if known else MAIN_OF_LEVELS
        found["over_triage"] = _share(levels, lambda pair: pair[1] < pair[0])
    return found


def _share(rows: Sequence[tuple[Any, float]], holds: Callable[[Any], bool]) -> float:
    return sum(weight for value, weight in rows if holds(value)) / sum(weight for _value, weight in rows)


def _rank(labels: Mapping[str, Any], scores: Mapping[str, float]) -> int | None:
    """The place, from 1, of the judged condition; behind any that counts when the version does not know it.

    A version that only answers levels has none; one that gave no answer at all has missed it.
    """
    judged = next((label for label, value in labels.items() if value and not label.startswith(URGENCY)), None)
    conditions = {label: value for label, value in scores.items() if not label.startswith(URGENCY)}
    if judged is None or (scores and not conditions):
        return None
    if judged not in conditions:
        return UNKNOWN
    return 1 + sum(value > conditions[judged] for value in conditions.values())


def _levels(labels: Mapping[str, Any], scores: Mapping[str, float]) -> Pair | None:
    """Places on the scale, most urgent 0, of the judged level and of the one the version finds likeliest."""
    judged = next((level for level in LEVELS if labels.get(URGENCY + level)), None)
    answered = {level: scores[URGENCY + level] for level in LEVELS if URGENCY + level in scores}
    if judged is None or not answered:
        return None
    likeliest = max(answered, key=lambda level: answered[level])
    return LEVELS.index(judged), LEVELS.index(likeliest)
