"""A model card in Markdown, made from the manifest, so that what it says can't differ from what was measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

CARD = "card.md"


def render_card(manifest: Mapping[str, Any], limits: str = "") -> str:
    """The card of one model version; `manifest` as in `version.json`, `limits` what it should not be used for."""
    parts = [
        f"# {manifest['name']}",
        f"{manifest['kind']} for the {manifest['desk']} desk, language `{manifest['language']}`, "
        f"{len(manifest['labels'])} labels.",
    ]
    if manifest.get("base"):
        parts.append(f"Base weights: `{manifest['base']}`. Recipe: `{manifest['recipe']}`.")
    if limits:
        parts += ["## Use and limits", limits.strip()]
    parts += ["## Data", _data(manifest["data"])]
    if manifest.get("thresholds"):
        parts += ["## Thresholds", table(("label", "from"), sorted(manifest["thresholds"].items()))]
    metrics = dict(manifest.get("metrics", {}))
    evaluation = metrics.pop("evaluation", {})
    validation = metrics.pop("validation", None)
    if validation:
        parts += ["## On rows held back from training", _flat(validation)]
    if evaluation:
        parts += ["## On test files, never trained on", _evaluation(evaluation)]
    if metrics:
        parts += ["## Also measured", _flat(metrics)]
    return "\n\n".join(parts) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(_cell(each) for each in row)} |" for row in rows]
    return "\n".join(lines)


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
        (file, name, value)
        for file, figures in sorted(evaluation.items())
        for name, value in figures.items()
        if not isinstance(value, Mapping)
    ]
    return table(("file", "figure", "value"), rows)


def _flat(figures: Mapping[str, Any]) -> str:
    rows = [
        (name, ", ".join(f"{key} {_cell(each)}" for key, each in value.items()))
        if isinstance(value, Mapping)
        else (name, value)
        for name, value in figures.items()
    ]
    return table(("figure", "value"), rows)


def _cell(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value).replace("|", "\\|")
