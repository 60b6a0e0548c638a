"""How good the desk's versions are: what was measured of each, side by side, and every run on the logged test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aimass_apps.learning.evidence import Report, reports_of
from aimass_apps.ml.evaluate.card import BESIDE, p_value
from aimass_apps.ml.evaluate.run_log import read_runs
from aimass_apps.registry.models import ModelVersion, Stage
from triage import DESK

RUNS = Path(__file__).parents[1] / "evaluation" / "runs.jsonl"
NEWEST = 60  # runs that the page shows
IN_USE = (Stage.LIVE, Stage.CANARY, Stage.SHADOW)


def tests_of_versions() -> list[dict[str, Any]]:
    """For each test: its metrics, a row for each version in use, and the comparison of several where one was kept."""
    versions = ModelVersion.objects.filter(desk=DESK, stage__in=IN_USE).defer("card").order_by("kind", "number")
    by_task: dict[str, list[tuple[ModelVersion, Report]]] = {}
    for version in versions:
        for task, report in reports_of(version).items():
            by_task.setdefault(task, []).append((version, report))
    return [_test(task, found) for task, found in sorted(by_task.items())]


def _test(task: str, found: list[tuple[ModelVersion, Report]]) -> dict[str, Any]:
    names = list(dict.fromkeys(name for _, report in found for name in report["figures"]))
    kept = next((report[BESIDE] for _, report in found if BESIDE in report), None)
    return {
        "task": task,
        "names": names,
        "rows": [(version, [report["figures"].get(name) for name in names]) for version, report in found],
        "beside": kept and _beside(kept),
    }


def _beside(kept: dict[str, Any]) -> dict[str, Any]:
    metrics = list(next(iter(kept["shares"].values())))
    shares = [(name, [own[metric] for metric in metrics]) for name, own in kept["shares"].items()]
    pairs = [{**pair, "p": p_value(pair["p"]), "holm": p_value(pair["holm"])} for pair in kept["pairs"]]
    return {"rows": kept["rows"], "metrics": metrics, "shares": shares, "pairs": pairs}


def runs_on_tests(path: Path = RUNS) -> list[dict[str, Any]]:
    """The logged runs, the newest first."""
    runs = [
        {**run, "figures": [(name, value) for name, value in run["figures"].items() if name != "rows"]}
        for run in read_runs(path)
    ]
    return runs[::-1][:NEWEST]
