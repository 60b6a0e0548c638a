"""A recipe that begins where another one ends, and a version that learns a further label."""

from pathlib import Path

import numpy as np
import pytest

from aimass_apps.inference.tensors import read_weights
from aimass_apps.ml.fit.base_model import open_base
from aimass_apps.ml.fit.train import train_recipe, work_folder
from aimass_apps.ml.recipe.schema import BadRecipe, read_recipe
from aimass_apps.registry.artefacts import read_manifest
from tests.support.small import BERT, SVM, separates, write

pytestmark = [pytest.mark.training, pytest.mark.slow]


def further(data: Path, base: str) -> Path:
    """A recipe with one label more than `write` gives."""
    path = write(data, "bert", BERT.replace("epochs = 2", "epochs = 1"), f'base = "{base}"')
    wider = path.read_text(encoding="utf-8").replace('labels = ["toxic"]', 'labels = ["insult", "toxic"]')
    last = data / "last.toml"
    last.write_text(wider, encoding="utf-8")
    return last


def test_one_command_trains_the_course_before_and_goes_on_from_it(data: Path, base: Path) -> None:
    (data / "courses").mkdir()
    first = write(data, "bert", BERT, f'base = "{base}"').rename(data / "courses" / "first.toml")
    last = further(data, "recipe:courses/first.toml")
    out = train_recipe(last, data, data / "out")
    assert read_manifest(out).base == "recipe:courses/first.toml"
    assert separates(out)
    before = work_folder(out) / "base"
    assert read_manifest(before).recipe.startswith(first.name)
    written = (before / "model.safetensors").stat().st_mtime_ns
    train_recipe(last, data, data / "out")
    assert (before / "model.safetensors").stat().st_mtime_ns == written  # it is trained once


def test_a_teacher_that_is_a_recipe_is_trained_first(data: Path, base: Path) -> None:
    write(data, "svm", SVM).rename(data / "teacher.toml")
    taught = BERT + '\ndistil = { teacher = "recipe:teacher.toml" }'
    out = train_recipe(write(data, "bert", taught, f'base = "{base}"'), data, data / "out")
    assert read_manifest(work_folder(out) / "teacher-0").kind == "svm"
    assert list(work_folder(out).glob("teacher-*.safetensors"))
    assert separates(out)


def test_a_further_label_leaves_the_known_ones_as_they_were(data: Path, base: Path) -> None:
    known = train_recipe(write(data, "bert", BERT, f'base = "{base}"'), data, data / "known")
    model, _ = open_base(read_recipe(further(data, str(known))))
    head = read_weights(known / "model.safetensors")["head.weight"]
    assert model.head.out_features == 2
    assert np.array_equal(model.head.weight.detach().numpy()[1], head[0])


def test_a_label_that_would_be_lost_is_an_error(data: Path, base: Path) -> None:
    wide = train_recipe(further(data, str(base)), data, data / "wide")
    with pytest.raises(BadRecipe, match=r"lacks labels .* insult"):
        open_base(read_recipe(write(data, "bert", BERT, f'base = "{wide}"')))


def test_a_base_not_trained_yet_is_said(data: Path) -> None:
    with pytest.raises(BadRecipe, match=r"manage\.py train"):
        open_base(read_recipe(further(data, "recipe:courses/first.toml")))
