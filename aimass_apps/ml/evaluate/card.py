"""A model card in Markdown, made from the manifest, so that what it says can't differ from what was measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from aimass_apps.registry.artefacts import write_manifest

CARD = "card.md"
LIMITS = "## Use and limits"
BESIDE = "side by side"  # in a manifest's metrics, by task, and in a report: as `side_by_side` makes it


def render_card(manifest: Mapping[str, Any], limits: str = "") -> str:
    """The card of one model version; `manifest` as in `version.json`, `limits` what it should not be used for."""
    parts = [
        f"# {manifest['name']}",
        f"{manifest['kind']} for the {manifest['desk']} desk, language `{manifest['language']}`, "
        f"{len(manifest['labels'])} labels.",
    ]
    if manifest.get("base"):
        parts.append(f"Base weights: `{manifest['base']}`. Recipe: `{manifest['recipe']}`.")
    if manifest.get("made_with"):
        parts.append(_made_with(manifest["made_with"]))
    if limits:
        parts += [LIMITS, limits.strip()]
    parts += ["## Data", _data(manifest["data"])]
    if manifest.get("thresholds"):
        parts += ["## Thresholds", table(("label", "from"), sorted(manifest["thresholds"].items()))]
    parts += _measured(dict(manifest.get("metrics", {})))
    return "\n\n".join(parts) + "\n"


def _measured(metrics: dict[str, Any]) -> list[str]:
    evaluation = metrics.pop("evaluation", {})
    validation = metrics.pop("validation", None)
    beside = metrics.pop(BESIDE, {})
    parts = []
    if validation:
        parts += ["## On rows held back from training", _flat(validation)]
    if evaluation:
        parts += ["## On test files, never trained on", _evaluation(evaluation)]
    for task, found in beside.items():
        parts += [f"## Side by side on {task}", beside_tables(found)]
    if metrics:
        parts += ["## Also measured", _flat(metrics)]
    return parts


def write_card(folder: Path, manifest: Mapping[str, Any], files: Sequence[str], limits: str) -> None:
    """Render the card and seal the folder with its manifest."""
    (folder / CARD).write_text(render_card(manifest, limits), encoding="utf-8")
    write_manifest(folder, manifest, [*files, CARD])


def limits_of(card: str) -> str:
    """What a card says of use and limits, to be said again by a new one."""
    _, _, rest = card.partition(f"{LIMITS}\n")
    return rest.partition("\n## ")[0].strip()


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(_cell(each) for each in row)} |" for row in rows]
    return "\n".join(lines)


def _made_with(made: Mapping[str, Any]) -> str:
    said = []
    if "libraries" in made:
        libraries = ", ".join(f"{name} {version}" for name, version in made["libraries"].items())
        said.append(f"Made with seed {made['seed']}, Python {made['python']}, {libraries}.")
    if "stored_anew" in made:
        stored = made["stored_anew"]
        bits = ", ".join(f"{name or 'all'} {count}" for name, count in stored["bits"].items())
        said.append(f"Weights rounded after training from artefact `{stored['from']}`, bits: {bits}.")
    return " ".join(said)


def beside_tables(found: Mapping[str, Any]) -> str:
    """Several versions on the same rows as two Markdown tables: shares with intervals, and the test of each pair."""
    metrics = list(next(iter(found["shares"].values())))
    versions = table(
        (f"{found['rows']} rows", *(f"{metric} (95 % interval)" for metric in metrics)),
        [
            (name, *("{:.3f} ({:.3f} to {:.3f})".format(*own[metric]) for metric in metrics))
            for name, own in found["shares"].items()
        ],
    )
    shown = ("figure", "first", "second", "only_first", "only_second")
    tests = table(
        ("metric", "first", "second", "only first right", "only second right", "McNemar p", "p after Holm"),
        [(*(each[key] for key in shown), p_value(each["p"]), p_value(each["holm"])) for each in found["pairs"]],
    )
    return f"{versions}\n\n{tests}"


def p_value(p: float) -> str:
    """Four digits; what is smaller than they can show is said as that."""
    return f"{p:.4f}" if p >= 0.0001 else "< 0.0001"


def _data(data: Sequence[Mapping[str, Any]]) -> str:
    return table(
        ("set", "licence", "source", "rows", "held back", "left out as test duplicates"),
        [
            (
                each["name"],
                each["licence"],
                each.get("credit", ""),
                each["rows"],
                each.get("held_back", 0),
                each.get("dropped_as_leaks", 0),
            )
            for each in data
        ],
    )


def _evaluation(evaluation: Mapping[str, Mapping[str, Any]]) -> str:
    rows = [
        (file, ", ".join(f"{name} {_cell(value)}" for name, value in metrics.items() if not isinstance(value, Mapping)))
        for file, metrics in sorted(evaluation.items())
    ]
    return table(("test", "metrics"), rows)


def _flat(metrics: Mapping[str, Any]) -> str:
    rows = [
        (name, ", ".join(f"{key} {_cell(each)}" for key, each in value.items()))
        if isinstance(value, Mapping)
        else (name, value)
        for name, value in metrics.items()
    ]
    return table(("metric", "value"), rows)


def _cell(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value).replace("|", "\\|")
