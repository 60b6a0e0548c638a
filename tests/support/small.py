"""Recipes, rows and models so small that training them takes a second."""

from pathlib import Path

import numpy as np

from aimass_apps.inference.predictor import Item, load_predictor

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
