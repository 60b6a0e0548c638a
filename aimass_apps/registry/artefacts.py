"""A model version on disk: a folder with weights, a card, and `version.json`, which names and hashes them.

Plain Python without Django, since training, workers and the command line all read it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from annotated_types import Len, MinLen

from aimass_apps.strict_files import BadFile, Share, Text, read_json

Sha256 = Annotated[str, Len(64, 64)]
MANIFEST = "version.json"
STARTERS = Path(__file__).parent / "starters"
_FORBIDDEN = (".pkl", ".pickle", ".joblib", ".pt", ".bin")


class BrokenArtefact(BadFile):
    """The folder is not a whole, unaltered model version; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The content of `version.json`; `thresholds` are probabilities, `files` maps a name to its SHA-256.

    `made_with` holds what training again needs to know: seed, Python and library versions.
    """

    desk: Text
    kind: Text
    language: Annotated[str, Len(1, 8)]
    name: Annotated[str, Len(1, 120)]
    labels: Annotated[list[Text], MinLen(1)]
    thresholds: dict[str, Share] = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)
    base: str = ""
    recipe: str = ""
    data: list[Any] = field(default_factory=list)
    made_with: dict[str, Any] = field(default_factory=dict)
    created: str = ""
    files: dict[str, Sha256] = field(default_factory=dict)


def read_manifest(folder: Path) -> Manifest:
    """Read `version.json`. Raises `BrokenArtefact` when it is missing, unreadable or incomplete."""
    return read_json(folder / MANIFEST, Manifest, BrokenArtefact)


def verify(folder: Path) -> None:
    """Compare each named file with its hash. Raises `BrokenArtefact` at the first that differs."""
    manifest = read_manifest(folder)
    if not manifest.files:
        raise BrokenArtefact(f"{folder / MANIFEST} names no files")
    for name, expected in manifest.files.items():
        path = folder / name
        if path.resolve().parent != folder.resolve():
            raise BrokenArtefact(f"{name} lies outside its folder")
        if not path.is_file():
            raise BrokenArtefact(f"{path} is missing")
        if sha256(path) != expected:
            raise BrokenArtefact(f"{path} differs from its recorded hash")


def write_manifest(folder: Path, manifest: Mapping[str, Any], files: Sequence[str]) -> Manifest:
    """Hash `files` and write `version.json`, through a temporary name, so that it is whole or absent."""
    for name in files:
        if name.endswith(_FORBIDDEN):
            raise BrokenArtefact(f"{name}: formats that can run code are not stored")
    whole = Manifest(
        **{
            **manifest,
            "created": manifest.get("created") or datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "files": {name: sha256(folder / name) for name in sorted(files)},
        }
    )
    text = json.dumps(asdict(whole), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    temporary = folder / f"{MANIFEST}.new"
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(folder / MANIFEST)
    return whole


def starters(desk: str | None = None, folder: Path = STARTERS) -> list[Path]:
    """The folders of the shipped model versions, of one desk or of all, in name order."""
    found = sorted(path.parent for path in folder.glob(f"*/{MANIFEST}"))
    return [each for each in found if desk is None or read_manifest(each).desk == desk]


def sha256(path: Path) -> str:
    """The file's SHA-256 in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
