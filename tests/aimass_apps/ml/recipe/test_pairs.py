"""An SVM over pairs of Chinese words, weighted by the side they stand on."""

from pathlib import Path

import numpy as np

from aimass_apps.inference.kinds.svm.predictor import word_pairs
from aimass_apps.inference.predictor import Item, load_predictor
from aimass_apps.ml.fit.svm import _fit_features
from aimass_apps.ml.fit.train import train_recipe
from aimass_apps.ml.recipe.schema import read_recipe

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
  { analyzer = "pairs", most = 400, min_df = 2, weigh = "bayes" },
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
WHO = ["邻居", "天气", "学校", "医院", "公司", "司机", "老师", "厨师", "电影", "音乐", "城市", "花园", "火车", "图书"]
WHAT = ["讨厌", "热情", "漂亮", "干净", "安静", "便宜", "聪明", "勇敢", "温柔", "奇怪", "危险", "复杂", "简单", "有趣"]
# Each word stands as often on one side as on the other; only the two together tell the sides apart.
SAID = [(who, what, (a + b) % 2) for a, who in enumerate(WHO) for b, what in enumerate(WHAT)]


def test_pairs_are_of_chinese_words_in_one_order() -> None:
    assert word_pairs("天气热情") == word_pairs("热情，天气 ok 热情") == ["天气\t热情"]
    assert word_pairs("weather") == word_pairs("我的天气") == []


def test_pairs_tell_what_single_words_do_not(tmp_path: Path) -> None:
    rows = [f"第{n}次说{who}真是非常{what},{flag}" for n in range(4) for who, what, flag in SAID]
    (tmp_path / "rude.csv").write_text("text,toxic\n" + "\n".join(rows) + "\n", encoding="utf-8")
    recipe = tmp_path / "svm.toml"
    recipe.write_text(RECIPE, encoding="utf-8")
    folder = train_recipe(recipe, tmp_path, tmp_path / "out")
    predictor = load_predictor(folder)
    answers = predictor.predict([Item(f"{what}，我是说{who}") for who, what, _ in SAID])
    right = [(each.scores["toxic"] > 0.5) == bool(flag) for each, (*_, flag) in zip(answers, SAID, strict=True)]
    assert sum(right) >= 0.85 * len(right)  # single words would be right half the time
    again = train_recipe(recipe, tmp_path, tmp_path / "again")
    assert (again / "model.safetensors").read_bytes() == (folder / "model.safetensors").read_bytes()


def test_what_is_trained_on_is_what_is_scored(tmp_path: Path) -> None:
    recipe = tmp_path / "svm.toml"
    recipe.write_text(RECIPE, encoding="utf-8")
    texts = [f"第{n}次说{who}真是非常{what}" for n in range(2) for who, what, _ in SAID]
    targets = np.array([flag for _ in range(2) for *_, flag in SAID], np.float32)
    features, matrix = _fit_features(read_recipe(recipe), texts, targets, np.ones_like(targets))
    assert matrix.shape[0] == len(texts)
    assert np.abs((features.transform(texts) - matrix).toarray()).max() < 1e-6
