"""The search for settings: it goes on where it was stopped, keeps the best, and writes a recipe that can be read."""

from pathlib import Path

import numpy as np
import pytest
from django.core.management import call_command

from aimass_apps.ml.recipe.examples import Example, Split, subset
from aimass_apps.ml.recipe.schema import Source, read_recipe
from tests.support.small import BERT, SVM, write

pytest.importorskip("optuna")
from aimass_apps.ml.fit.progress import Progress, Stopped, silent
from aimass_apps.ml.search import best_so_far, score, search, with_settings

pytestmark = pytest.mark.training


def source(name: str, rows: int = 0, balance: str = "") -> Source:
    return Source(name=name, licence="own", rows=rows, balance=balance)


def rows(name: str, count: int) -> list[Example]:
    return [Example(f"{name} {i}", {"toxic": float(i % 4 == 0)}, {"toxic": 1.0}, name) for i in range(count)]


def test_a_subset_keeps_each_sources_share_and_balance() -> None:
    held = rows("held", 5)
    splits = [
        Split(source("large"), rows("large", 600), held),
        Split(source("drawn", rows=200, balance="toxic"), rows("drawn", 1000), []),
        Split(Source(name="late", licence="own", from_epoch=2), rows("late", 200), []),
    ]
    small = subset(splits, 100, seed=1)

    assert [len(each.training) for each in small] == [60, 20, 20]
    assert sum(each.targets["toxic"] for each in small[1].training) == 10
    assert small[0].validation == held
    assert small == subset(splits, 100, seed=1)
    assert small != subset(splits, 100, seed=2)
    assert [len(each.training) for each in subset(splits, 10**6, seed=1)] == [600, 200, 200]


def test_the_score_is_the_mean_auc_over_annotated_rows(tmp_path: Path) -> None:
    recipe = read_recipe(write(tmp_path, "svm", SVM))
    targets = np.array([[1.0], [0.0], [1.0], [0.0]], np.float32)
    known = np.array([[1.0], [1.0], [1.0], [0.0]], np.float32)
    logits = np.array([[0.9], [0.5], [0.1], [9.0]], np.float32)
    assert score(recipe, logits, targets, known) == 0.5
    assert score(recipe, -logits, targets, np.ones_like(known)) == 0.75
    assert score(recipe, logits, np.ones_like(targets), known) == 0.0


def test_settings_are_replaced_and_the_rest_of_the_recipe_stays() -> None:
    text = 'seed = 3\n\n[settings]\nepochs = 2  # as before\nbatch = 8\n\n[[group]]\nlabels = ["epochs"]\n'
    changed = with_settings(text, {"epochs": 1, "label_weights": {"a-b": 2.5}})
    kept = 'batch = 8\n\n[[group]]\nlabels = ["epochs"]\n'
    assert changed == 'seed = 3\n\n[settings]\nlabel_weights = { "a-b" = 2.5 }\nepochs = 1\n' + kept


@pytest.mark.slow
def test_a_search_is_stopped_goes_on_and_writes_a_recipe(
    data: Path, base: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from aimass_apps.ml.recipe.examples import read_splits

    path = write(data, "bert", BERT, f'base = "{base}"')
    recipe = read_recipe(path)
    splits = read_splits(recipe, data)
    work = data / "better.toml.work"

    def stop(progress: Progress) -> None:
        if progress.detail.startswith("trial 1,"):
            raise Stopped

    with pytest.raises(Stopped):
        search(recipe, splits, work, stop, trials=3, rows=80)
    so_far = best_so_far(recipe, work, 80)
    assert so_far is not None
    assert so_far.trials == 1
    assert so_far.settings["learning_rate"] == 5e-3
    assert so_far.score == so_far.recipe_score

    call_command("search", recipe=path, data=data, out=data / "better.toml", trials=3, rows=80)
    found = search(recipe, splits, work, silent, trials=3, rows=80)
    assert found is not None
    assert found.trials + found.cut == 3
    assert found.score >= so_far.score
    better = read_recipe(data / "better.toml")
    assert better.settings["learning_rate"] == found.settings["learning_rate"]
    assert better.settings["batch"] == 8
    assert better.sources == recipe.sources
    assert f"{found.trials} trials, {found.cut} cut short" in capsys.readouterr().out
    assert not list(work.glob("trial-*"))
