"""A version's evidence as its page draws it: a row for each test, and one test in pictures and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from aimass_apps.learning.evidence import Report, reports_of, rivals
from aimass_apps.ml.evaluate.evaluation_report import leading_metric
from aimass_apps.registry.models import ModelVersion

MOST_CURVES = 8  # what a chart can tell apart
WORST = 12  # functions and groups that are seen at once
CONFUSION: dict[str, str | Promise] = {
    "right flags": _("Flagged, and rightly"),
    "false flags": _("Flagged, but harmless"),
    "misses": _("Missed"),
    "right clears": _("Cleared, and rightly"),
}


def evidence_shown(version: ModelVersion, chosen: str = "") -> dict[str, Any]:
    """`tests` (a row for each), and `shown`: the test named `chosen`, else the most telling one."""
    reports = reports_of(version)
    name = chosen if chosen in reports else _most_telling(reports)
    shown = None
    if name:
        leading, others = rivals(version, name)
        shown = _pictures(reports[name]) | {
            "name": name,
            "leading": leading,
            "rivals": others,
            "places": [(each.name, each.megabytes, each.value) for each in others],
        }
    return {"tests": [_row(task, report) for task, report in reports.items()], "shown": shown}


def _most_telling(reports: Mapping[str, Report]) -> str:
    drawn = [name for name, report in reports.items() if report.get("curves") or report.get("reliability")]
    by_function = [name for name in drawn if reports[name].get("functions")]
    return next(iter([*by_function, *drawn, *reports]), "")


def _row(task: str, report: Report) -> dict[str, Any]:
    metrics = report["figures"]
    name, value = leading_metric(report)
    return {
        "task": task,
        "rows": metrics.get("rows", next((each.get("rows") for each in report.get("labels", {}).values()), None)),
        "figure": name,
        "value": value,
        "false_positives": metrics.get("false-positive rate"),
        "milliseconds": _milliseconds(report),
    }


def _milliseconds(report: Report) -> float | None:
    """Of a text, in batches. Versions without pictures keep it among the metrics, some of them as an empty text."""
    found = report.get("milliseconds_per_text", report["figures"].get("ms a text"))
    return found if isinstance(found, int | float) else None


def _pictures(report: Report) -> dict[str, Any]:
    curves = dict(list(report.get("curves", {}).items())[:MOST_CURVES])
    numbers = {name: value for name, value in report["figures"].items() if isinstance(value, int | float)}
    labels: Mapping[str, Mapping[str, float]] = report.get("labels", {})
    found: Sequence[float] = report.get("found among the first", ())
    decided: Mapping[str, int] = report.get("confusion", {})
    columns = list(dict.fromkeys(name for each in labels.values() for name in each))
    return {
        "figures": [(name, value) for name, value in numbers.items() if name != "ms a text"],
        "milliseconds": _milliseconds(report),
        "roc": {name: each["roc"] for name, each in curves.items()},
        "precision_recall": {name: each["precision_recall"] for name, each in curves.items()},
        "calibration": dict(list(report.get("reliability", {}).items())[:MOST_CURVES]),
        "found": [(str(count), round(100 * share, 1)) for count, share in enumerate(found, start=1)],
        "confusion": [(title, decided[name]) for name, title in CONFUSION.items() if name in decided],
        "functions": _shares(report.get("functions", {}), worst_first=False),
        "groups": _shares(report.get("false positives by group", {}), worst_first=True),
        "columns": columns,
        "labels": [(label, [each.get(name) for name in columns]) for label, each in labels.items()],
        "compared": [(name, each) for name, each in report.get("compared", {}).items()],
    }


def _shares(groups: Mapping[str, Mapping[str, float]], *, worst_first: bool) -> dict[str, list[tuple[str, float]]]:
    """(name and rows, per cent), the worst at the top: low accuracies, high rates of false positives."""
    rows = [(f"{name} ({each['rows']})", round(100 * each["share"], 1)) for name, each in groups.items()]
    rows.sort(key=lambda row: -row[1] if worst_first else row[1])
    return {"worst": rows[:WORST], "rest": rows[WORST:]} if rows else {}
