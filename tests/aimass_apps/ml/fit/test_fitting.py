"""Small trainings end to end: a bag of words, and a tiny encoder that is stopped and goes on."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from aimass_apps.inference.tensors import read_weights
from aimass_apps.ml.fit.progress import Progress, Stopped
from aimass_apps.ml.fit.train import train_recipe
from aimass_apps.ml.recipe.schema import BadRecipe
from aimass_apps.registry.artefacts import read_manifest, verify
from tests.support.small import BAD, BERT, GOOD, SVM, separates, write


def test_an_svm_is_trained_stored_and_the_same_again(data: Path) -> None:
    recipe = write(data, "svm", SVM)
    seen: list[str] = []
    first = train_recipe(recipe, data, data / "out", lambda progress: seen.append(progress.stage))
    verify(first)
    manifest = read_manifest(first)
    assert separates(first)
    assert 0 < manifest.thresholds["toxic"] < 1
    assert manifest.metrics["validation"]["toxic"]["auc"] > 0.95
    assert {"features", "train", "calibrate"} <= set(seen)
    card = (first / "card.md").read_text(encoding="utf-8")
    assert "this test" in card
    assert "For tests." in card
    again = train_recipe(recipe, data, data / "again")
    assert (again / "model.safetensors").read_bytes() == (first / "model.safetensors").read_bytes()


def test_the_train_and_evaluate_commands_work_together(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = data / "out"
    call_command("train", recipe=write(data, "svm", SVM), data=data, out=out)
    (data / "test.csv").write_text(
        "text,flag,function,group\n"
        + "\n".join(f"{t},{int(t in BAD)},f{i % 2},g{i % 3}" for i, t in enumerate(GOOD + BAD)),
        encoding="utf-8",
    )
    same = str(shutil.copytree(out, data / "same"))
    call_command(
        "evaluate", desk="moderation", model=str(out), against=[same], data=[data / "test.csv"], out=data / "ev"
    )
    report = json.loads((data / "ev" / "test.json").read_text(encoding="utf-8"))
    assert report["figures"]["accuracy"] >= 0.9
    assert set(report["functions"]) == {"f0", "f1"}
    assert report["compared"][f"{same}, accuracy"] == {"difference": 0.0, "low": 0.0, "high": 0.0}
    assert (data / "ev" / "test-roc.svg").read_text(encoding="utf-8").startswith("<svg")
    assert "| accuracy |" in (data / "ev" / "test.md").read_text(encoding="utf-8")
    assert "accuracy" in capsys.readouterr().out


def test_a_bad_recipe_ends_the_command_in_one_sentence(data: Path) -> None:
    with pytest.raises(CommandError, match=r"nowhere\.toml"):
        call_command("train", recipe=data / "nowhere.toml", data=data, out=data / "out")


@pytest.mark.training
@pytest.mark.slow
def test_a_stopped_training_goes_on_to_the_same_weights(data: Path, base: Path) -> None:
    recipe = write(data, "bert", BERT, f'base = "{base}"')
    whole = train_recipe(recipe, data, data / "whole")

    def stop(progress: Progress) -> None:
        if (progress.stage, progress.done) == ("train", 17):
            raise Stopped

    with pytest.raises(Stopped):
        train_recipe(recipe, data, data / "halted", stop)
    assert not (data / "halted").exists()
    other = write(data, "bert", BERT.replace("5e-3", "4e-3"), f'base = "{base}"')
    with pytest.raises(BadRecipe, match="of a training with other rows or settings"):
        train_recipe(other, data, data / "halted")
    recipe = write(data, "bert", BERT, f'base = "{base}"')
    steps: list[int] = []
    halted = train_recipe(
        recipe, data, data / "halted", lambda each: steps.append(each.done) if each.stage == "train" else None
    )
    assert steps[0] == 16  # the checkpoint was written at 15
    assert (halted / "model.safetensors").read_bytes() == (whole / "model.safetensors").read_bytes()
    again = train_recipe(recipe, data, data / "again")
    assert (again / "model.safetensors").read_bytes() == (whole / "model.safetensors").read_bytes()
    manifests = [read_manifest(each) for each in (whole, halted, again)]
    assert all(each.made_with == manifests[0].made_with for each in manifests)
    assert manifests[0].made_with["seed"] == 3
    assert {"torch", "transformers", "numpy"} <= set(manifests[0].made_with["libraries"])
    assert "Made with seed 3, Python" in (whole / "card.md").read_text(encoding="utf-8")
    assert {each.data[0]["rows_sha256"] for each in manifests} == {manifests[0].data[0]["rows_sha256"]}
    assert separates(whole)
    assert max(file.stat().st_size for file in whole.iterdir()) < 1e6
    curves = json.loads((data / "whole.work" / "curves.json").read_text(encoding="utf-8"))
    assert curves[-1]["loss"] < 0.5


@pytest.mark.training
@pytest.mark.slow
def test_a_network_drawn_back_to_its_base_is_stored_in_four_bits(
    data: Path, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch")
    from safetensors.numpy import load_file

    monkeypatch.setattr("aimass_apps.ml.fit.bert.multiplies_bf16", lambda: True)
    learned = train_recipe(write(data, "bert", BERT + "\nbf16 = true", f'base = "{base}"'), data, data / "learned")
    settings = BERT + "\nbf16 = true\nkeep_base = 1.0\nbits = 4"
    back = train_recipe(write(data, "bert", settings, f'base = "{base}"'), data, data / "back")

    assert separates(learned)
    name = "encoder.layer.0.intermediate.dense.weight"
    start = next(each for full, each in load_file(base / "model.safetensors").items() if full.endswith(name))
    found = {folder: read_weights(folder / "model.safetensors")[f"encoder.{name}"] for folder in (learned, back)}
    assert np.abs(found[back] - start).max() < 0.1 * np.abs(start).max()
    assert np.abs(found[learned] - start).max() > 0.1 * np.abs(start).max()
    assert (back / "model.safetensors").stat().st_size < 0.85 * (learned / "model.safetensors").stat().st_size
