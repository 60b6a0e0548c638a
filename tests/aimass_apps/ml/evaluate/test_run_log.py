import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from aimass_apps.inference.predictor import Answer, Item
from aimass_apps.ml.evaluate.card import CARD
from aimass_apps.ml.evaluate.evaluation_tasks import Task
from aimass_apps.ml.evaluate.measure import Opened, measure
from aimass_apps.ml.evaluate.run_log import artefact_hash, read_runs
from aimass_apps.registry.artefacts import read_manifest, write_manifest

AT = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)


class AlwaysA:
    labels: tuple[str, ...] = ("a", "b")

    def predict(self, items: Sequence[Item]) -> list[Answer]:
        return [Answer({"a": 0.7, "b": 0.3}) for _ in items]


def version(folder: Path, weights: str) -> Opened:
    folder.mkdir()
    (folder / "weights").write_text(weights, encoding="utf-8")
    (folder / CARD).write_text("card", encoding="utf-8")
    about = {"desk": "triage", "kind": "svm", "language": "any", "name": folder.name, "labels": ["a", "b"]}
    return Opened(folder, AlwaysA(), write_manifest(folder, about, ["weights", CARD]))


def test_each_version_that_is_asked_leaves_a_line(tmp_path: Path) -> None:
    versions = {"one": version(tmp_path / "one", "1"), "two": version(tmp_path / "two", "2")}
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"text": "x", "condition": "a"}\n{"text": "y", "condition": "b"}\n', encoding="utf-8")
    task = Task("chosen_by", condition="condition", log="logs/runs.jsonl")
    for _ in range(2):
        measure(versions, task, rows, project=tmp_path, at=AT)
    runs = read_runs(tmp_path / "logs" / "runs.jsonl")
    assert [each["version"] for each in runs] == ["one", "two", "one", "two"]
    assert runs[0] == runs[2]
    assert runs[0]["at"] == "2026-11-22T05:00:00Z"
    assert runs[0]["figures"]["top-1"] == 0.5
    assert runs[0]["artefact"] != runs[1]["artefact"]
    rows.write_text(json.dumps({"text": "x", "condition": "b"}) + "\n", encoding="utf-8")
    measure({"one": versions["one"]}, task, rows, project=tmp_path, at=AT)
    changed = read_runs(tmp_path / "logs" / "runs.jsonl")[-1]
    assert changed["rows"] != runs[0]["rows"]  # another truth is another test


def test_a_test_without_a_log_leaves_none(tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"text": "x", "condition": "a"}\n', encoding="utf-8")
    measure({"one": version(tmp_path / "one", "1")}, Task("free", condition="condition"), rows, project=tmp_path, at=AT)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["one", "rows.jsonl"]
    assert read_runs(tmp_path / "runs.jsonl") == []


def test_a_new_card_is_the_same_artefact(tmp_path: Path) -> None:
    opened = version(tmp_path / "one", "1")
    before = artefact_hash(opened.folder)
    (opened.folder / CARD).write_text("another card", encoding="utf-8")
    about = {"desk": "triage", "kind": "svm", "language": "any", "name": "one", "labels": ["a", "b"]}
    write_manifest(opened.folder, about, ["weights", CARD])
    assert read_manifest(opened.folder).files[CARD] != opened.manifest.files[CARD]
    assert artefact_hash(opened.folder) == before
