"""Small trainings end to end: a bag of words, and a tiny encoder that is stopped and goes on."""

import json
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from aimass_apps.inference.predictor import Item, load_predictor
from aimass_apps.registry.artefacts import read_manifest, verify
from aimass_apps.training.progress import Progress, Stopped
from aimass_apps.training.train import train_recipe

HEAD = """
desk = "moderation"
kind = "{kind}"
language = "en"
name = "small"
seed = 3
limits = "For tests."
{base}
[settings]
{settings}

[[group]]
activation = "sigmoid"
labels = ["toxic"]

[thresholds]
toxic = 0.8

[[source]]
name = "rude"
file = "rude.csv"
licence = "own"
credit = "this test"
validation = 0.25
[source.labels]
toxic = {{ column = "toxic" }}
"""
SVM = """
c = 1.0
features = [
  { analyzer = "word", ngrams = [1, 1], most = 500, min_df = 1 },
  { analyzer = "char_wb", ngrams = [2, 3], most = 500 },
]
"""
BERT = "epochs = 2\nlearning_rate = 5e-3\nbatch = 8\ntokens = 16\nserve_tokens = 16\ncheckpoint_every = 5"
GOOD = ("nice day", "kind words", "a lovely walk", "thank you friend", "good soup")
BAD = ("stupid day", "rude idiot", "you awful fool", "shut up moron", "hate this clown")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    rows = [
        f"{words} number {i},{int(bad)}" for i in range(30) for bad, side in ((0, GOOD), (1, BAD)) for words in side
    ]
    (tmp_path / "rude.csv").write_text("text,toxic\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def base(tmp_path: Path) -> Path:
    pytest.importorskip("torch")
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace
    from transformers import AutoConfig, AutoModel, PreTrainedTokenizerFast

    words = sorted({word for text in (*GOOD, *BAD, "number") for word in text.split()})
    vocabulary = {word: number for number, word in enumerate(["[PAD]", "[UNK]", *words])}
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    folder = tmp_path / "base"
    shape = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    AutoModel.from_config(AutoConfig.for_model("bert", vocab_size=100, **shape)).save_pretrained(folder)
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="[PAD]").save_pretrained(folder)
    return folder


def write(data: Path, kind: str, settings: str, base: str = "") -> Path:
    path = data / f"{kind}.toml"
    path.write_text(HEAD.format(kind=kind, settings=settings, base=base), encoding="utf-8")
    return path


def separates(folder: Path) -> bool:
    predictor = load_predictor(folder, "cpu")
    good, bad = (
        np.mean([a.scores["toxic"] for a in predictor.predict([Item(t) for t in side])]) for side in (GOOD, BAD)
    )
    return bool(bad - good > 0.5)


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
    call_command(
        "evaluate", desk="moderation", model=str(out), against=str(out), data=[data / "test.csv"], out=data / "ev"
    )
    report = json.loads((data / "ev" / "test.json").read_text(encoding="utf-8"))
    assert report["figures"]["accuracy"] >= 0.9
    assert set(report["functions"]) == {"f0", "f1"}
    assert report["compared"]["accuracy"] == {"difference": 0.0, "low": 0.0, "high": 0.0}
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
    steps: list[int] = []
    halted = train_recipe(
        recipe, data, data / "halted", lambda each: steps.append(each.done) if each.stage == "train" else None
    )
    assert steps[0] == 16  # the checkpoint was written at 15
    assert (halted / "model.safetensors").read_bytes() == (whole / "model.safetensors").read_bytes()
    assert separates(whole)
    assert max(file.stat().st_size for file in whole.iterdir()) < 1e6
    curves = json.loads((data / "whole.work" / "curves.json").read_text(encoding="utf-8"))
    assert curves[-1]["loss"] < 0.5
