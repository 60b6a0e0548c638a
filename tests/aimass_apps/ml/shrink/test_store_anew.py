"""A trained version stored anew: exactly, or with coarser weights, and what its manifest and card then say."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from aimass_apps.inference.tensors import read_weights
from aimass_apps.ml.evaluate.evaluation_report import KEPT, keep_in_artefact
from aimass_apps.ml.evaluate.run_log import artefact_hash
from aimass_apps.ml.fit.train import train_recipe
from aimass_apps.ml.shrink.store_anew import BEFORE, NotStoredAnew, store_anew
from aimass_apps.registry.artefacts import BrokenArtefact, read_manifest, verify
from tests.support.small import BERT, SVM, separates, write

MEASURED = {"task": "test", "figures": {"accuracy": 0.9}, "milliseconds_per_text": 1.0}


@pytest.fixture
def svm(data: Path) -> Path:
    folder = train_recipe(write(data, "svm", SVM), data, data / "svm")
    keep_in_artefact(folder, [MEASURED])
    return folder


def test_without_bits_everything_stays(svm: Path, tmp_path: Path) -> None:
    out = store_anew(svm, tmp_path / "out")
    verify(out)
    before, after = (asdict(read_manifest(each)) for each in (svm, out))
    assert {name for name in after["files"] if after["files"][name] != before["files"][name]} == set()
    assert after == before


def test_with_bits_only_what_still_holds_is_said(svm: Path, tmp_path: Path) -> None:
    call_command("compress_version", str(svm), "--out", str(tmp_path / "out"), "--bits", "4")
    out = tmp_path / "out"
    verify(out)
    before, after = read_manifest(svm), read_manifest(out)
    assert after.metrics == {BEFORE: before.metrics["validation"]}
    assert KEPT not in after.files
    assert not (out / KEPT).exists()
    assert after.made_with == {**before.made_with, "stored_anew": {"bits": {"": 4}, "from": artefact_hash(svm)}}
    assert (after.thresholds, after.data, after.recipe) == (before.thresholds, before.data, before.recipe)
    card = (out / "card.md").read_text(encoding="utf-8")
    assert f"Weights rounded after training from artefact `{artefact_hash(svm)}`, bits: all 4." in card
    assert "For tests." in card
    assert separates(out)


def test_a_recipe_may_ask_for_the_bits(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aimass_apps.inference.tensors.SMALLEST", 16)
    exact, coarse = (
        train_recipe(write(data, "svm", SVM + added), data, data / name)
        for name, added in (("exact", ""), ("coarse", "\nbits = 3"))
    )
    sizes = [(each / "model.safetensors").stat().st_size for each in (exact, coarse)]
    assert sizes[1] < sizes[0]
    assert separates(coarse)


@pytest.mark.training
@pytest.mark.slow
def test_an_encoder_is_stored_anew(data: Path, base: Path, tmp_path: Path) -> None:
    folder = train_recipe(write(data, "bert", BERT, f'base = "{base}"'), data, data / "bert")
    same, coarse = store_anew(folder, tmp_path / "same"), store_anew(folder, tmp_path / "coarse", {"layer": 6})
    assert separates(coarse)
    exact = read_weights(folder / "model.safetensors")
    for place, changed in (
        (same, set()),
        (coarse, {name for name in exact if "layer." in name and _large(exact[name])}),
    ):
        found = read_weights(place / "model.safetensors")
        assert {name for name, each in exact.items() if not np.array_equal(found[name], each)} == changed


def _large(weight: Any) -> bool:
    return bool(weight.ndim == 2 and weight.size >= 2048)


@pytest.mark.parametrize("bits", ["1", "9", "x", "layer="])
def test_bits_that_cannot_be_are_refused(svm: Path, tmp_path: Path, bits: str) -> None:
    with pytest.raises(CommandError, match="bits"):
        call_command("compress_version", str(svm), "--out", str(tmp_path / "out"), "--bits", bits)


def test_what_is_altered_or_has_no_weights_is_refused(svm: Path, tmp_path: Path) -> None:
    raw = json.loads((svm / "version.json").read_text(encoding="utf-8"))
    (svm / "version.json").write_text(json.dumps({**raw, "kind": "keywords"}), encoding="utf-8")
    with pytest.raises(NotStoredAnew, match="keywords"):
        store_anew(svm, tmp_path / "out")
    (svm / "head.json").write_text("{}", encoding="utf-8")
    with pytest.raises(BrokenArtefact, match=r"head\.json"):
        store_anew(svm, tmp_path / "out")
    with pytest.raises(CommandError, match=r"head\.json"):
        call_command("compress_version", str(svm), "--out", str(tmp_path / "out"))
