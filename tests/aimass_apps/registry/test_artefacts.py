import json
from pathlib import Path

import pytest

from aimass_apps.registry import artefacts

DESCRIPTION = {"desk": "moderation", "kind": "keywords", "language": "en", "name": "words", "labels": ["toxic"]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "words.json").write_text("{}", encoding="utf-8")
    artefacts.write_manifest(tmp_path, DESCRIPTION, ["words.json"])
    return tmp_path


def test_a_whole_folder_is_accepted(folder: Path) -> None:
    artefacts.verify(folder)
    manifest = artefacts.read_manifest(folder)
    assert (manifest.kind, manifest.labels, list(manifest.files)) == ("keywords", ["toxic"], ["words.json"])
    assert manifest.created.endswith("Z")


def test_an_altered_file_is_refused(folder: Path) -> None:
    (folder / "words.json").write_text("{ }", encoding="utf-8")
    with pytest.raises(artefacts.BrokenArtefact, match=r"words\.json differs from its recorded hash"):
        artefacts.verify(folder)


def test_a_missing_file_is_refused(folder: Path) -> None:
    (folder / "words.json").unlink()
    with pytest.raises(artefacts.BrokenArtefact, match="is missing"):
        artefacts.verify(folder)


@pytest.mark.parametrize("name", ["model.pkl", "model.joblib", "pytorch_model.bin", "model.pt"])
def test_formats_that_run_code_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"x")
    with pytest.raises(artefacts.BrokenArtefact, match="can run code"):
        artefacts.write_manifest(tmp_path, DESCRIPTION, [name])


def test_a_file_outside_the_folder_is_refused(folder: Path) -> None:
    path = folder / artefacts.MANIFEST
    raw = json.loads(path.read_text(encoding="utf-8"))
    raw["files"] = {"../elsewhere": "0" * 64}
    path.write_text(json.dumps(raw), encoding="utf-8")
    with pytest.raises(artefacts.BrokenArtefact, match="outside"):
        artefacts.verify(folder)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is not JSON"),
        ("[]", "must be a table"),
        ('{"desk": "moderation"}', "kind: is missing"),
        ('{"x": 1}', "x: is not known here; desk: is missing"),
    ],
)
def test_a_bad_manifest_is_named(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / artefacts.MANIFEST).write_text(content, encoding="utf-8")
    with pytest.raises(artefacts.BrokenArtefact, match=message):
        artefacts.read_manifest(tmp_path)


def test_no_manifest_is_named(tmp_path: Path) -> None:
    with pytest.raises(artefacts.BrokenArtefact, match="can't be read"):
        artefacts.read_manifest(tmp_path)


def test_starters_are_whole_and_small_enough() -> None:
    folders = artefacts.starters()
    for folder in folders:
        artefacts.verify(folder)
    sizes = [file.stat().st_size for folder in folders for file in folder.iterdir()]
    assert sum(sizes) <= 80e6
    assert {artefacts.read_manifest(folder).kind for folder in folders} >= {"keywords", "svm"}
    assert artefacts.starters("moderation") != artefacts.starters("triage")
