"""What the trainers of all combining kinds share: finding the members, and sealing what was fitted as an artefact."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from aimass_apps.ml.evaluate.card import write_card
from aimass_apps.ml.recipe.provenance import made_with, manifest_head
from aimass_apps.ml.recipe.schema import BadRecipe, Recipe, settings_of
from aimass_apps.registry.artefacts import read_manifest


def members_among(plan: Recipe, folders: Iterable[Path]) -> dict[str, Path]:
    """The folder of each kind that its settings name as `members`. Raises `BadRecipe` where one is missing."""
    wanted = settings_of(plan).members
    found: dict[str, Path] = {}
    for folder in folders:
        manifest = read_manifest(folder)
        if (manifest.desk, manifest.language) == (plan.desk, plan.language) and manifest.kind in wanted:
            found.setdefault(manifest.kind, folder)
    if missing := sorted(set(wanted) - found.keys()):
        raise BadRecipe(f"{plan.path}: no version of {', '.join(missing)} is there to combine")
    return found


def seal(
    plan: Recipe, out: Path, files: Mapping[str, str], metrics: Mapping[str, Any], data: Sequence[Mapping[str, Any]]
) -> Path:
    """Write `files` (name to text), card and manifest as the artefact folder `out`, whole or not at all."""
    fresh = out.with_name(out.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for name, text in files.items():
        (fresh / name).write_text(text + "\n", encoding="utf-8")
    manifest = {
        **manifest_head(plan),
        "metrics": dict(metrics),
        "data": list(data),
        "made_with": made_with(plan),
    }
    write_card(fresh, manifest, list(files), plan.limits)
    shutil.rmtree(out, ignore_errors=True)
    fresh.rename(out)
    return out
