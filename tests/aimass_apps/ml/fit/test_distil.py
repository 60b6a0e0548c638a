"""Distillation: soft targets from a teacher, asked for once, beside the annotated ones."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from aimass_apps.inference.predictor import Item, load_predictor
from aimass_apps.inference.tensors import read_weights
from aimass_apps.ml.fit import distil
from aimass_apps.ml.fit.distil import fold_of, taught, with_teacher
from aimass_apps.ml.fit.progress import Progress, Stopped, silent
from aimass_apps.ml.fit.train import train_recipe, with_trained_earlier
from aimass_apps.ml.recipe.examples import Example, as_arrays, read_splits
from aimass_apps.ml.recipe.schema import BadRecipe, read_recipe
from aimass_apps.registry.artefacts import read_manifest
from tests.support.small import BERT, SVM, separates, write

NOTHING = float("nan")


@pytest.fixture
def teacher(data: Path) -> Path:
    return train_recipe(write(data, "svm", SVM), data, data / "teacher")


@pytest.fixture
def contrary(data: Path) -> Path:
    """A teacher that learned the opposite of what the rows say."""
    rude = data / "rude.csv"
    rows = rude.read_text(encoding="utf-8")
    rude.write_text(rows.replace(",1\n", ",x\n").replace(",0\n", ",1\n").replace(",x\n", ",0\n"), encoding="utf-8")
    folder = train_recipe(write(data, "svm", SVM), data, data / "contrary")
    rude.write_text(rows, encoding="utf-8")
    return folder


def test_targets_are_mixed_and_unannotated_labels_filled_in(data: Path) -> None:
    recipe = read_recipe(write(data, "svm", SVM))
    groups = (
        {"activation": "sigmoid", "labels": ["a", "b"]},
        {"activation": "softmax", "labels": ["x", "y", "z"]},
        {"activation": "softmax", "labels": ["p", "q"]},
    )
    recipe = replace(recipe, groups=groups)
    row = Example("text", {"a": 1.0, "x": 1.0}, {"a": 2.0, "x": 3.0}, "own")
    answer = np.array([0.5, 0.25, 0.5, 0.25, 0.25, NOTHING, NOTHING], np.float32)

    mixed = taught(row, answer, recipe, 0.5)

    assert mixed.targets == {"a": 0.75, "b": 0.25, "x": 0.75, "y": 0.125, "z": 0.125}
    targets, weights = as_arrays([mixed], recipe)
    assert weights.tolist() == [[2.0, 0.5, 3.0, 3.0, 3.0, 0.0, 0.0]]
    assert targets[0, 2:5].sum() == pytest.approx(1.0)
    assert row.targets == {"a": 1.0, "x": 1.0}


def test_the_teacher_is_asked_once_and_goes_on_where_it_was_stopped(
    data: Path, contrary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distil, "CHUNK", 20)
    recipe = read_recipe(write(data, "bert", f'{BERT}\ndistil = {{ teacher = "{contrary}", share = 1.0 }}'))
    splits = read_splits(recipe, data)
    asked: list[int] = []

    def stop(progress: Progress) -> None:
        if progress.done:
            raise Stopped

    def note(progress: Progress) -> None:
        asked.append(progress.done)

    with pytest.raises(Stopped):
        with_teacher(recipe, splits, data / "work", stop)
    first = with_teacher(recipe, splits, data / "work", note)
    again = with_teacher(recipe, splits, data / "work", note)

    assert asked == [20, 40, *range(60, len(splits[0].training), 20)]
    assert first == again
    assert first[0].validation == splits[0].validation
    pairs = zip(splits[0].training, first[0].training, strict=True)
    assert all(abs(mine.targets["toxic"] - theirs.targets["toxic"]) > 0.5 for mine, theirs in pairs)


def test_rows_beyond_the_limit_keep_their_own_targets(data: Path, teacher: Path) -> None:
    recipe = read_recipe(write(data, "bert", f'{BERT}\ndistil = {{ teacher = "{teacher}", rows = 10 }}'))
    splits = read_splits(recipe, data)
    taken = with_teacher(recipe, splits, data / "work", silent)[0].training
    asked = [new for old, new in zip(splits[0].training, taken, strict=True) if new is not old]
    assert len(asked) == 10


def test_a_missing_teacher_is_a_bad_recipe(data: Path) -> None:
    recipe = read_recipe(write(data, "bert", f'{BERT}\ndistil = {{ teacher = "nobody" }}'))
    with pytest.raises(BadRecipe, match="nobody"):
        with_teacher(recipe, read_splits(recipe, data), data / "work", silent)


@pytest.mark.training
@pytest.mark.slow
def test_a_smaller_student_learns_from_a_teacher(data: Path, base: Path, teacher: Path) -> None:
    settings = f'{BERT}\nlayers = 1\nneurons = 32\ndistil = {{ teacher = "{teacher}", share = 0.7 }}'
    student = train_recipe(write(data, "bert", settings, f'base = "{base}"'), data, data / "student")
    assert separates(student)
    weights = read_weights(student / "model.safetensors")
    assert not any("layer.1." in name for name in weights)
    assert weights["encoder.encoder.layer.0.intermediate.dense.weight"].shape == (32, 32)


def test_only_the_named_sources_are_asked_about(data: Path, contrary: Path) -> None:
    recipe = read_recipe(write(data, "bert", f'{BERT}\ndistil = {{ teacher = "{contrary}", sources = ["nowhere"] }}'))
    named = read_splits(recipe, data)[0]
    own = [replace(row, text=f"{row.text} of another source") for row in named.training[:5]]
    other = replace(named, source=replace(named.source, name="other"), training=own)

    with pytest.raises(BadRecipe, match="no source is called nowhere"):
        with_teacher(recipe, [named, other], data / "work", silent)
    settings = {"distil": {"teacher": str(contrary), "sources": [named.source.name], "share": 1.0}}
    changed, kept = with_teacher(replace(recipe, settings=settings), [named, other], data / "work", silent)

    assert kept == other
    assert all(was.targets != now.targets for was, now in zip(named.training, changed.training, strict=True))


def test_several_teachers_are_averaged(data: Path, teacher: Path, contrary: Path) -> None:
    recipe = read_recipe(
        write(data, "bert", f'{BERT}\ndistil = {{ teacher = ["{teacher}", "{contrary}"], share = 1.0 }}')
    )
    splits = read_splits(recipe, data)
    row = with_teacher(recipe, splits, data / "work", silent)[0].training[0]
    said = [load_predictor(folder).predict([Item(row.text)])[0].scores["toxic"] for folder in (teacher, contrary)]
    assert row.targets["toxic"] == pytest.approx(sum(said) / 2, abs=1e-6)
    assert abs(said[0] - said[1]) > 0.1


def test_each_fold_is_judged_by_a_teacher_that_never_saw_it(data: Path) -> None:
    write(data, "svm", SVM).rename(data / "teacher.toml")
    settings = f'{BERT}\ndistil = {{ teacher = "recipe:teacher.toml", folds = 2, share = 1.0 }}'
    recipe = with_trained_earlier(read_recipe(write(data, "bert", settings)), data, data / "out", silent)
    splits = read_splits(recipe, data)
    folders = [data / "out.work" / f"teacher-0-{fold}" for fold in (0, 1)]
    rows = [read_manifest(folder).data[0]["rows"] for folder in folders]
    assert sum(rows) == len(splits[0].training)
    assert min(rows) > 0

    learned = with_teacher(recipe, splits, data / "work", silent)[0].training
    models = [load_predictor(folder) for folder in folders]
    for row in learned[:20]:
        own = models[fold_of(row.text, 2)].predict([Item(row.text)])[0].scores["toxic"]
        assert row.targets["toxic"] == pytest.approx(own, abs=1e-6)


def test_folds_need_a_recipe(data: Path) -> None:
    recipe = read_recipe(write(data, "bert", f'{BERT}\ndistil = {{ teacher = "moderation-svm-en", folds = 2 }}'))
    with pytest.raises(BadRecipe, match="must be a recipe"):
        with_trained_earlier(recipe, data, data / "out", silent)


@pytest.mark.training
@pytest.mark.slow
def test_an_encoder_teaches_in_bfloat16_nearly_what_it_serves(
    data: Path, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distil, "multiplies_bf16", lambda: True)
    folder = train_recipe(write(data, "bert", BERT, f'base = "{base}"'), data, data / "bert")
    texts = ["nice day", "you awful fool", "shut up moron"]
    served, taught_with = load_predictor(folder, "cpu").logits(texts), distil.open_teacher(folder).logits(texts)
    assert np.abs(taught_with - served).max() < 0.05 * np.abs(served).max()
    assert not np.array_equal(taught_with, served)
