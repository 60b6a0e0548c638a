"""An evaluation as files: JSON for machines, Markdown for people, SVG pictures."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from aimass_apps.ml.evaluate.card import BESIDE, CARD, beside_tables, limits_of, table, write_card
from aimass_apps.ml.evaluate.pictures import bar_chart, confusion_chart, line_chart, scatter_chart
from aimass_apps.registry.artefacts import Manifest, read_manifest

KEPT = "evaluation.json"  # in an artefact: the reports of its tests by their names
LEADING = ("mean AUC", "macro-F1", "top-3", "accuracy", "flagged share")


@dataclass(frozen=True, slots=True)
class Rival:
    """One version on one test: what it costs and how good it is."""

    name: str
    kind: str
    megabytes: float
    milliseconds: float | None  # a text, in batches
    value: float


def rival(name: str, kind: str, size: int, report: Mapping[str, Any], leading: str) -> list[Rival]:
    """The version of `size` bytes as a rival by its report's leading metric; none where it was not measured."""
    metrics: Mapping[str, Any] = report.get("figures", {})
    if not isinstance(metrics.get(leading), int | float):
        return []
    milliseconds = report.get("milliseconds_per_text") or metrics.get("ms a text") or None
    return [Rival(name, kind, size / 1e6, milliseconds, float(metrics[leading]))]


def rivals_among(folders: Iterable[Path], manifest: Manifest, report: Mapping[str, Any]) -> tuple[str, list[Rival]]:
    """The report's leading metric, and the version itself and artefacts of its desk and language by it, best first."""
    leading, _ = leading_metric(report)
    found = rival(manifest.name, manifest.kind, 0, report, leading)
    for folder in folders:
        other = read_manifest(folder)
        size = sum((folder / name).stat().st_size for name in other.files)
        if other.files == manifest.files:
            found = rival(manifest.name, manifest.kind, size, report, leading)
        elif other.desk == manifest.desk and other.language in {manifest.language, "any"}:
            metrics = other.metrics.get("evaluation", {}).get(report["task"], {})
            found += rival(other.name, other.kind, size, {"figures": metrics}, leading)
    return leading, sorted(found, key=lambda one: -one.value)


def write_report(report: Mapping[str, Any], folder: Path, rivals: tuple[str, Sequence[Rival]] = ("", ())) -> list[Path]:
    """Write `TASK.json`, `TASK.md` and a picture for each curve and bar; the paths written."""
    folder.mkdir(parents=True, exist_ok=True)
    name = str(report["task"])
    leading, others = rivals
    files = {f"{name}.json": json.dumps({**report, "rivals": [asdict(each) for each in others]}, indent=1) + "\n"}
    pictures = _pictures(report, name)
    if others:
        places = [(each.name, each.megabytes, each.value) for each in others]
        pictures[f"{name}-size.svg"] = scatter_chart(f"Size and quality: {leading} by megabytes", places)
    files |= pictures
    files[f"{name}.md"] = _markdown(report, list(pictures), leading, others)
    for file, content in files.items():
        (folder / file).write_text(content, encoding="utf-8")
    return [folder / file for file in files]


def leading_metric(report: Mapping[str, Any]) -> tuple[str, float | None]:
    """The metric that sums the test up, and its value; ("", None) where nothing was measured."""
    metrics: Mapping[str, float] = report.get("figures", {})
    return next(((name, metrics[name]) for name in LEADING if name in metrics), ("", None))


def keep_in_artefact(folder: Path, reports: Sequence[Mapping[str, Any]]) -> None:
    """Write the reports into the version's folder: pictures' data, manifest and card say what was measured.

    Reports of other tests stay. Raises `BrokenArtefact` where `folder` is no artefact.
    """
    manifest = asdict(read_manifest(folder))
    path = folder / KEPT
    kept = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    kept |= {str(report["task"]): report for report in reports}
    path.write_text(
        json.dumps(kept, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n", encoding="utf-8"
    )
    metrics = {task: _flat(report) for task, report in kept.items()}
    manifest["metrics"] = {
        **manifest["metrics"],
        "evaluation": {**manifest["metrics"].get("evaluation", {}), **metrics},
    }
    beside = {task: report[BESIDE] for task, report in kept.items() if BESIDE in report}
    if beside:
        manifest["metrics"][BESIDE] = beside
    card = folder / CARD
    limits = limits_of(card.read_text(encoding="utf-8")) if card.is_file() else ""
    files = {*manifest.pop("files"), KEPT} - {CARD}
    write_card(folder, manifest, sorted(files), limits)


def _flat(report: Mapping[str, Any]) -> dict[str, Any]:
    """A report's metrics as the manifest holds them."""
    labels: Mapping[str, Any] = report.get("labels", {})
    areas = {f"AUC {label}": each["AUC"] for label, each in labels.items() if "AUC" in each}
    return {**report["figures"], **areas, "ms a text": report["milliseconds_per_text"]}


def compared_table(compared: Mapping[str, Mapping[str, float]]) -> str:
    """This version less the other one, with the 95 % interval of the paired bootstrap."""
    rows = [(name, each["difference"], each["low"], each["high"]) for name, each in compared.items()]
    return table(("metric", "this less the other", "from", "to"), rows)


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
    if report.get("found among the first"):
        shares = enumerate(report["found among the first"], start=1)
        bars = [(f"the first {count}", share) for count, share in shares]
        found[f"{name}-found.svg"] = bar_chart("The confirmed answer is among", bars)
    if report.get("confusion"):
        found[f"{name}-confusion.svg"] = confusion_chart("Decisions", report["confusion"])
    for key, title in (("functions", "Accuracy by function"), ("false positives by group", "False positives by group")):
        if report.get(key):
            bars = sorted(((group, each["share"]) for group, each in report[key].items()), key=lambda each: -each[1])
            found[f"{name}-{key.replace(' ', '-')}.svg"] = bar_chart(title, bars)
    return found


def _markdown(report: Mapping[str, Any], pictures: list[str], leading: str, rivals: Sequence[Rival]) -> str:
    parts = [
        f"# {report['task']}: {report['version']}",
        f"{report['milliseconds_per_text']} ms a text on this machine.",
        table(("metric", "value"), report["figures"].items()),
    ]
    if report.get("labels"):
        keys = list(dict.fromkeys(key for each in report["labels"].values() for key in each))
        rows = [(label, *(each.get(key, "") for key in keys)) for label, each in report["labels"].items()]
        parts += ["## Labels", table(("label", *keys), rows)]
    for key, title in (("functions", "Accuracy by function"), ("false positives by group", "False positives by group")):
        if report.get(key):
            rows = [(group, each["rows"], each["share"]) for group, each in report[key].items()]
            parts += [f"## {title}", table(("name", "rows", "share"), rows)]
    if report.get("confusion"):
        parts += ["## Decisions", table(("decision", "rows"), report["confusion"].items())]
    if report.get("found among the first"):
        found = enumerate(report["found among the first"], start=1)
        parts += ["## The confirmed answer among the first", table(("first", "share"), found)]
    parts += _beside_others(report)
    if rivals:
        rows = [(each.name, each.kind, each.megabytes, each.milliseconds or "", each.value) for each in rivals]
        parts += ["## Size and quality", table(("version", "kind", "megabytes", "ms a text", leading), rows)]
    parts += [f"![{each}]({each})" for each in pictures]
    return "\n\n".join(parts) + "\n"


def _beside_others(report: Mapping[str, Any]) -> list[str]:
    parts = []
    if report.get("compared"):
        parts += ["## Against the other version", compared_table(report["compared"])]
    if report.get(BESIDE):
        parts += ["## Side by side", beside_tables(report[BESIDE])]
    return parts
