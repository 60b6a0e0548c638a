"""An evaluation as files: JSON for machines, Markdown for people, SVG pictures."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aimass_apps.training.card import table
from aimass_apps.training.pictures import bar_chart, confusion_chart, line_chart


def write_report(report: Mapping[str, Any], folder: Path) -> list[Path]:
    """Write `TASK.json`, `TASK.md` and a picture for each curve and bar; the paths written."""
    folder.mkdir(parents=True, exist_ok=True)
    name = str(report["task"])
    files = {f"{name}.json": json.dumps(report, ensure_ascii=False, indent=1) + "\n"}
    pictures = _pictures(report, name)
    files |= pictures
    files[f"{name}.md"] = _markdown(report, list(pictures))
    for file, content in files.items():
        (folder / file).write_text(content, encoding="utf-8")
    return [folder / file for file in files]


def _pictures(report: Mapping[str, Any], name: str) -> dict[str, str]:
    curves: Mapping[str, Any] = report.get("curves", {})
    found = {}
    if curves:
        roc = {label: each["roc"] for label, each in curves.items()}
        recall = {label: each["precision_recall"] for label, each in curves.items()}
        found[f"{name}-roc.svg"] = line_chart("ROC", "false-positive rate", "recall", roc, diagonal=True)
        found[f"{name}-precision-recall.svg"] = line_chart("Precision and recall", "recall", "precision", recall)
    if report.get("reliability"):
        lines = {label: [each[:2] for each in bins] for label, bins in report["reliability"].items()}
        found[f"{name}-calibration.svg"] = line_chart("Calibration", "stated", "observed", lines, diagonal=True)
    if report.get("confusion"):
        found[f"{name}-confusion.svg"] = confusion_chart("Decisions", report["confusion"])
    for key, title in (("functions", "Accuracy by function"), ("false positives by group", "False positives by group")):
        if report.get(key):
            bars = sorted(((group, each["share"]) for group, each in report[key].items()), key=lambda each: -each[1])
            found[f"{name}-{key.replace(' ', '-')}.svg"] = bar_chart(title, bars)
    return found


def _markdown(report: Mapping[str, Any], pictures: list[str]) -> str:
    parts = [
        f"# {report['task']}: {report['version']}",
        f"{report['milliseconds_per_text']} ms a text on this machine.",
        table(("figure", "value"), report["figures"].items()),
    ]
    if report.get("labels"):
        keys = list(dict.fromkeys(key for each in report["labels"].values() for key in each))
        rows = [(label, *(each.get(key, "") for key in keys)) for label, each in report["labels"].items()]
        parts += ["## Labels", table(("label", *keys), rows)]
    for key, title in (("functions", "Accuracy by function"), ("false positives by group", "False positives by group")):
        if report.get(key):
            rows = [(group, each["rows"], each["share"]) for group, each in report[key].items()]
            parts += [f"## {title}", table(("name", "rows", "share"), rows)]
    if report.get("compared"):
        parts += ["## Against the other version", table(("figure", "value"), report["compared"].items())]
    parts += [f"![{each}]({each})" for each in pictures]
    return "\n\n".join(parts) + "\n"
