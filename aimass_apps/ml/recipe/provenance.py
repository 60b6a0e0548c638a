"""What a manifest tells of its training: recipe, seed, library versions, and a hash of each source's rows."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Iterator, Sequence
from importlib import metadata
from typing import Any

from aimass_apps.ml.recipe.examples import Example, Split
from aimass_apps.ml.recipe.schema import Recipe, recipe_sha256

LIBRARIES = ("numpy", "scipy", "scikit-learn", "tokenizers", "torch", "transformers", "accelerate", "peft", "onnx")
# Settings that come after the last step: they may change without training anew.
AFTERWARDS = frozenset({"keep_base", "bits", "serve_tokens", "combine", "checkpoint_every"})


def manifest_head(recipe: Recipe) -> dict[str, Any]:
    """What the manifest of every version trained from this recipe says first."""
    return {
        "desk": recipe.desk,
        "kind": recipe.kind,
        "language": recipe.language,
        "name": recipe.name,
        "labels": list(recipe.labels),
        "recipe": f"{recipe.path.name} sha256:{recipe_sha256(recipe)[:16]} seed:{recipe.seed}",
    }


def made_with(recipe: Recipe) -> dict[str, Any]:
    """Seed, Python and the versions of the installed libraries that decide an artefact's bytes."""
    return {"seed": recipe.seed, "python": platform.python_version(), "libraries": dict(installed(LIBRARIES))}


def rows_sha256(rows: Sequence[Example]) -> str:
    """SHA-256 over texts, targets and weights in order: equal data, equal hash, whatever file they came from."""
    digest = hashlib.sha256()
    for row in rows:
        labels = [(label, row.targets[label], row.weights.get(label, 1.0)) for label in sorted(row.targets)]
        digest.update(repr((row.text, labels)).encode())
    return digest.hexdigest()


def training_sha256(recipe: Recipe, splits: Sequence[Split]) -> str:
    """SHA-256 of what decides a training's steps: a checkpoint goes on only in the training that it was taken from."""
    rows = [rows_sha256(split.training) for split in splits]
    settings = {name: value for name, value in recipe.settings.items() if name not in AFTERWARDS}
    parts = [recipe.base_name or recipe.base, recipe.seed, recipe.groups, settings, rows]
    return hashlib.sha256(json.dumps(parts, default=str, sort_keys=True).encode()).hexdigest()


def installed(libraries: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Names and versions of those that are there."""
    for name in libraries:
        try:
            yield name, metadata.version(name)
        except metadata.PackageNotFoundError:
            continue  # an SVM is trained without torch
