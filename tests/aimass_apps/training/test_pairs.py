"""An SVM over pairs of Chinese words, weighted by the side they stand on."""

from pathlib import Path

import numpy as np

from aimass_apps.inference.predictor import Item, load_predictor
from aimass_apps.inference.svm import word_pairs
from aimass_apps.training.fit_svm import _fit_features
from aimass_apps.training.recipe import read_recipe
from aimass_apps.training.train import train_recipe

RECIPE = """
desk = "moderation"
kind = "svm"
language = "zh"
name = "small"
seed = 3
limits = "For tests."

[settings]
c = 1.0
hard_negatives = 3.0
features = [
  { analyzer = "char", ngrams = [1, 2], most = 500, min_df = 1, weigh = "bayes" },
  { analyzer = "pairs", most = 200, min_df = 2, weigh = "bayes" },
]

[[group]]
activation = "sigmoid"
labels = ["toxic"]

[[source]]
name = "rude"
file = "rude.csv"
licence = "own"
validation = 0.25
[source.labels]
toxic = { column = "toxic" }
"""
SAID = [("邻居", "讨厌", 1), ("邻居", "热情", 0), ("天气", "讨厌", 0), ("天气", "热情", 1)]


def test_pairs_are_of_chinese_words_in_one_order() -> None:
    assert word_pairs("天气热情") == word_pairs("热情，天气 ok 热情") == ["天气\t热情"]
    assert word_pairs("weather") == []


def test_pairs_tell_what_single_words_do_not(tmp_path: Path) -> None:
    """Each word stands as often on one side as on the other; only the two together tell the sides apart."""
    rows = [f"第{n}天的{who}真是非常{what},{flag}" for n in range(40) for who, what, flag in SAID]
    (tmp_path / "rude.csv").write_text("text,toxic\n" + "\n".join(rows) + "\n", encoding="utf-8")
    recipe = tmp_path / "svm.toml"
    recipe.write_text(RECIPE, encoding="utf-8")
    folder = train_recipe(recipe, tmp_path, tmp_path / "out")
    predictor = load_predictor(folder)
    for who, what, flag in SAID:
        (answer,) = predictor.predict([Item(f"这里的{what}，我是说{who}")])
        assert (answer.scores["toxic"] > 0.5) == bool(flag), (who, what)
    again = train_recipe(recipe, tmp_path, tmp_path / "again")
    assert (again / "model.safetensors").read_bytes() == (folder / "model.safetensors").read_bytes()


def test_what_is_trained_on_is_what_is_scored(tmp_path: Path) -> None:
    recipe = tmp_path / "svm.toml"
    recipe.write_text(RECIPE, encoding="utf-8")
    texts = [f"第{n}天的{who}真是非常{what}" for n in range(20) for who, what, _ in SAID]
    targets = np.array([flag for _ in range(20) for *_, flag in SAID], np.float32)
    features, matrix = _fit_features(read_recipe(recipe), texts, targets, np.ones_like(targets))
    assert matrix.shape[0] == len(texts)
    assert np.abs((features.transform(texts) - matrix).toarray()).max() < 1e-6
