"""Trials: every variant on the same rows, judged on the same others; a table that a second call need not repeat."""

from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from aimass_apps.ml.recipe.schema import BadRecipe, read_recipe
from tests.support.small import BERT, SVM, write

torch = pytest.importorskip("torch")
from aimass_apps.ml.shrink.weight_formats import FORMATS, Format, rounded, size  # noqa: E402 - needs torch
from aimass_apps.ml.trials import best_threshold, quality, read_plan, read_results  # noqa: E402 - needs torch

pytestmark = pytest.mark.training
PLAN = """
recipe = "bert.toml"
rows = 120
beside = "{folder}/out/0"

[[variant]]
name = "whole"

[[variant]]
name = "one layer"
settings = {{ layers = 1 }}

[[variant]]
name = "as it is"
artefact = "{folder}/out/0"
"""


def test_the_best_threshold_parts_the_sides() -> None:
    scores = np.array([0.1, 0.2, 0.3, 0.8, 0.9], np.float32)
    assert 0.3 < best_threshold(scores, np.array([False, False, False, True, True])) <= 0.8


def test_quality_is_chosen_on_one_half_and_measured_on_the_other(tmp_path: Path) -> None:
    from aimass_apps.ml.recipe.examples import Example

    recipe = read_recipe(write(tmp_path, "svm", SVM))
    truth = [0.0, 0.0, 1.0, 1.0] * 10
    rows = [Example(str(i), {"toxic": each}, {"toxic": 1.0}, "own") for i, each in enumerate(truth)]
    right = np.array(truth, np.float32)[:, None]
    assert quality(recipe, right, rows) == (1.0, 1.0)
    auc, macro_f1 = quality(recipe, 1 - right, rows)
    assert auc == 0.0
    assert macro_f1 < 0.5


@pytest.mark.parametrize("form", FORMATS, ids=lambda each: each.name)
def test_a_format_changes_no_number_by_more_than_half_a_step(form: Format) -> None:
    weight = torch.randn(64, 96, generator=torch.Generator().manual_seed(1))
    changed = rounded(weight, form)
    step = weight.abs().max() / (2 ** (form.bits - 1) - 1) if form.scale else torch.tensor(0.0)
    assert (changed - weight).abs().max() <= step / 2 + 1e-6
    assert changed.shape == weight.shape


def test_finer_scales_change_less_and_cost_more() -> None:
    weight = torch.randn(64, 96, generator=torch.Generator().manual_seed(1)) * torch.logspace(-2, 0, 64)[:, None]
    by_scale = [Format("", 8, scale) for scale in ("tensor", "row", "block")]
    errors = [float((rounded(weight, each) - weight).pow(2).mean()) for each in by_scale]
    sizes = [size({"w": weight}, each) for each in by_scale]
    assert errors == sorted(errors, reverse=True)
    assert sizes == [64 * 96 + 4, 64 * 96 + 4 * 64, 64 * 96 + 2 * 64 * 3]
    assert size({"w": weight, "b": weight[0]}, FORMATS[0]) == 4 * (64 * 96 + 96)


@pytest.mark.slow
def test_variants_are_trained_judged_timed_and_compared(
    data: Path, base: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(data, "bert", BERT, f'base = "{base}"')
    plan = data / "trials.toml"
    plan.write_text(PLAN.format(folder=data), encoding="utf-8")

    call_command("trials", plan=plan, data=data, out=data / "out")
    results = read_results(data / "out")
    assert list(results) == ["whole", "one layer", "as it is"]
    assert results["one layer"].megabytes < results["whole"].megabytes
    assert results["as it is"].auc == results["whole"].auc > 0.7
    before = (data / "out" / "1" / "version.json").read_bytes()

    call_command("trials", plan=plan, data=data, out=data / "out", time=True)
    call_command("trials", plan=plan, data=data, out=data / "out", formats="whole")
    assert (data / "out" / "1" / "version.json").read_bytes() == before
    assert read_results(data / "out")["one layer"].speeds["1"][0] > 0
    said = capsys.readouterr().out
    assert "| one layer |" in said
    assert "| int8, one scale for each tensor |" in said


def test_an_unreadable_plan_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "trials.toml").write_text("rows = 3\n", encoding="utf-8")
    with pytest.raises(BadRecipe, match="variant"):
        read_plan(tmp_path / "trials.toml")
    with pytest.raises(CommandError, match=r"trials\.toml"):
        call_command("trials", plan=tmp_path / "trials.toml", data=tmp_path, out=tmp_path / "out")


def test_the_plan_in_the_repository_takes_over_neither_teacher_nor_end() -> None:
    plan = read_plan(Path(__file__).parents[3] / "moderation" / "recipes" / "trials.toml")
    assert {"batch", "freeze_embeddings"} <= set(plan.recipe.settings)
    assert not {"distil", "steps"} & set(plan.recipe.settings)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("settings = { layers = 3 }", "settings = { layer = 3 }", r"variant\[4\]\.settings\.layer: is not known here"),
        ("settings = { layers = 3 }", "settings = { layers = -3 }", r"variant\[4\]\.settings\.layers: must be greater"),
        ("rows = 1500", "rows = 0", "rows: must be greater"),
        ('beside = "', 'besides = "', "besides: is not known here; beside: is missing"),
    ],
)
def test_a_bad_plan_is_refused_with_its_place(tmp_path: Path, old: str, new: str, message: str) -> None:
    recipes = Path(__file__).parents[3] / "moderation" / "recipes"
    text = (recipes / "trials.toml").read_text(encoding="utf-8").replace('"toxicity', f'"{recipes}/toxicity')
    (tmp_path / "trials.toml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(BadRecipe, match=message):
        read_plan(tmp_path / "trials.toml")
