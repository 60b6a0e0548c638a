"""The labels are named in `moderation.labels` alone, and a keyword version says itself what its words imply."""

import ast
import json
import tomllib
from math import prod
from pathlib import Path

import pytest
from django.conf import settings

import moderation
from aimass_apps.inference.kinds.keywords.desk_labels import DeskLabels, desk_labels
from aimass_apps.inference.kinds.keywords.predictor import KeywordPredictor
from aimass_apps.inference.predictor import Item, load_predictor
from aimass_apps.registry.artefacts import read_manifest, starters, write_manifest
from moderation import DESK
from moderation.corpus import benign_forum_zh, training_rows
from moderation.labels import CATEGORIES, GROUPS, LABELS, TABLE, TAUGHT, kinds_of, whole, with_groups
from moderation.presenters.evidence import label_name

ROOT = Path(moderation.__file__).parent
WORD_LISTS = [folder for folder in starters(DESK) if read_manifest(folder).kind == "keywords"]
KINDS = {"severe_toxic", "obscene", "threat", "insult", "identity_hate"}  # of `toxic`


def test_the_table_is_whole():
    assert len(set(LABELS)) == len(TABLE)
    assert len({each.title for each in TABLE}) == len(TABLE)
    assert set(GROUPS.values()) <= set(LABELS)
    assert set(GROUPS).isdisjoint(GROUPS.values()), "a group is in no group"
    assert set(kinds_of("toxic")) == KINDS
    assert [label_name(each.key) for each in TABLE] == [each.title for each in TABLE]
    assert label_name("gone") == "gone"


@pytest.mark.parametrize("label", LABELS)
def test_what_is_of_a_kind_is_of_the_group_too(label):
    assert with_groups({label}) == ({label, "toxic"} if label in KINDS else {label})
    assert {name for name, yes in whole(frozenset({label})).items() if yes} == with_groups({label})


def test_whatever_names_labels_names_these():
    assert {label for _, label in CATEGORIES} <= set(LABELS)
    assert set(training_rows.SUPPORTED) == set(TAUGHT)
    assert set(benign_forum_zh.LABELS) | set(training_rows.SUPPORTED_ZH) <= set(LABELS)
    known = desk_labels(DESK)
    assert known.otherwise in LABELS
    for path in (ROOT / "recipes").glob("*.toml"):
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        for group in raw.get("group", ()):
            assert set(group["labels"]) <= set(LABELS), path.name


def lists_of_labels(path: Path) -> list[int]:
    """The lines of a file that write out three labels or more in one list."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        parts = getattr(node, "elts", None) or getattr(node, "keys", None) or []
        if len({part.value for part in parts if isinstance(part, ast.Constant)} & set(LABELS)) > 2:
            found.append(node.lineno)
    return found


def test_no_other_module_lists_them():
    """What a training sentence is, its generator says; all else derives."""
    files = [*(settings.BASE_DIR / "aimass_apps").rglob("*.py"), *ROOT.rglob("*.py")]
    written = {path.name: lines for path in files if (lines := lists_of_labels(path)) and "corpus" not in path.parts}
    assert written == {}


def test_two_word_lists_are_shipped():
    assert [folder.name for folder in WORD_LISTS] == ["moderation-keywords-en", "moderation-keywords-zh"]


def expected(predictor: KeywordPredictor, text: str) -> dict[str, float]:
    """By hand: a label's own words, and for `toxic` those of its kinds too."""
    spans = predictor.predict([Item(text)])[0].spans
    counted = {label: [s.weight for s in spans if s.label == label] for label in predictor.labels}
    counted["toxic"] = [s.weight for s in spans if s.label == "toxic" or s.label in KINDS]
    return {label: 1 - prod(1 - weight for weight in weights) for label, weights in counted.items()}


@pytest.mark.parametrize("folder", WORD_LISTS, ids=lambda folder: folder.name)
def test_a_version_with_and_without_what_it_implies_scores_the_same(folder, tmp_path):
    raw = json.loads((folder / "words.json").read_text(encoding="utf-8"))
    texts = [
        f"{entry['term']} {other['term']}" for entry, other in zip(raw["entries"], raw["entries"][7:], strict=False)
    ]
    new = load_predictor(folder)
    answers = new.predict([Item(text) for text in texts])
    for text, answer in zip(texts, answers, strict=True):
        assert answer.scores == pytest.approx(expected(new, text)), text
    assert raw["implies"] == desk_labels(DESK).implied_among(raw["labels"])
    old = {name: value for name, value in raw.items() if name != "implies"}
    (tmp_path / "words.json").write_text(json.dumps(old), encoding="utf-8")
    manifest = json.loads((folder / "version.json").read_text(encoding="utf-8"))
    write_manifest(tmp_path, manifest, ["words.json"])
    assert load_predictor(tmp_path).predict([Item(text) for text in texts]) == answers


def test_a_version_that_says_that_nothing_is_implied(tmp_path):
    content = {"labels": ["toxic", "insult"], "implies": {}, "entries": [{"term": "oaf", "label": "insult"}]}
    (tmp_path / "words.json").write_text(json.dumps(content), encoding="utf-8")
    manifest = {"desk": DESK, "kind": "keywords", "language": "en", "name": "words", "labels": ["toxic", "insult"]}
    write_manifest(tmp_path, manifest, ["words.json"])
    assert load_predictor(tmp_path).predict([Item("oaf")])[0].scores == {"toxic": 0.0, "insult": pytest.approx(0.7)}


def test_a_desk_without_word_lists_implies_nothing():
    assert desk_labels("pharmacy") == DeskLabels()
    assert DeskLabels({"a": ["b", "c"]}).implied_among(["a", "c", "d"]) == {"a": ["c"]}
    assert DeskLabels({"a": ["b"]}).implied_among(["b"]) == {}
