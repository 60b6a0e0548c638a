"""Train a linear SVM for each label over TF-IDF features, and store it without code in it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import SGDClassifier
from sklearn.svm import LinearSVC

from aimass_apps.inference.heads import Array, Head
from aimass_apps.inference.svm import VOCABULARY, WEIGHTS, Features, SvmPredictor, new_vectoriser
from aimass_apps.inference.tensors import write_weights
from aimass_apps.training.examples import Example, as_arrays
from aimass_apps.training.progress import Progress, Report
from aimass_apps.training.recipe import BadRecipe, Recipe

MANY = 20  # labels; above it averaged stochastic descent is taken, ten times as fast at equal quality


def fit_svm(recipe: Recipe, examples: Sequence[Example], report: Report) -> SvmPredictor:
    """Fit the vectorisers of `[[settings.features]]` and one plane a label; its head is not yet calibrated.

    A row's weight for a label is its sample weight; a target between 0 and 1 counts by its distance from 0.5.
    """
    from aimass_apps.inference.heads import plain_head

    features = Features([_vectoriser(each) for each in recipe.settings["features"]])
    report(Progress("features", 0, 1))
    texts = [row.text for row in examples]
    matrix = _fit_features(features, texts)
    targets, weights = as_arrays(examples, recipe)
    coefficients = np.zeros((targets.shape[1], matrix.shape[1]), np.float32)
    intercepts = np.zeros(targets.shape[1], np.float32)
    for column, label in enumerate(recipe.labels):
        report(Progress("train", column + 1, len(recipe.labels), label))
        known = weights[:, column] > 0
        wanted = targets[known, column]
        _refuse_one_side(label, wanted >= 0.5)
        sure = weights[known, column] * np.abs(2 * wanted - 1) + 1e-6
        plane = _plane(matrix[known], wanted >= 0.5, sure, recipe)
        coefficients[column], intercepts[column] = plane.coef_[0], plane.intercept_[0]
    return SvmPredictor(features, coefficients, intercepts, plain_head(recipe.groups))


def write_svm(model: SvmPredictor, head: Head, folder: Path) -> None:
    """Store the files of `inference.svm.FILES` in `folder`."""
    vocabulary = []
    weights: dict[str, Array] = {"coefficients": model._coefficients, "intercepts": model._intercepts}
    for number, each in enumerate(model.features.vectorisers):
        terms = sorted(each.vocabulary_, key=each.vocabulary_.get)
        vocabulary.append({"analyzer": each.analyzer, "ngrams": list(each.ngram_range), "terms": terms})
        weights[f"idf.{number}"] = each.idf_.astype(np.float32)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / VOCABULARY).write_text(json.dumps(vocabulary, ensure_ascii=False), encoding="utf-8")
    write_weights(folder / WEIGHTS, weights)
    head.write(folder)


def _vectoriser(settings: Mapping[str, Any]) -> Any:
    if settings.get("analyzer") not in {"word", "char", "char_wb"}:
        raise BadRecipe("settings.features: analyzer is word, char or char_wb")
    limits = {"max_features": settings["most"], "min_df": settings.get("min_df", 2)}
    return new_vectoriser(settings["analyzer"], settings["ngrams"], **limits)


def _fit_features(features: Features, texts: Sequence[str]) -> csr_matrix:
    from aimass_apps.inference.normalise import normalise

    plain = [normalise(text).text for text in texts]
    for each in features.vectorisers:
        each.fit(plain)
    return features.transform(texts)


def _refuse_one_side(label: str, positive: Any) -> None:
    if positive.all() or not positive.any():
        side = "no" if positive.size and positive.all() else "yes"
        raise BadRecipe(
            f"no row says {side} to {label}: review more, or train on the recipe's own files too (AIMASS_DATA)"
        )


def _plane(matrix: csr_matrix, positive: Any, weights: Any, recipe: Recipe) -> Any:
    if len(recipe.labels) > MANY:
        plane: Any = SGDClassifier(
            loss="modified_huber",
            alpha=recipe.settings.get("alpha", 1e-5),
            max_iter=recipe.settings.get("passes", 8),
            tol=None,
            average=True,
            random_state=recipe.seed % 2**32,
        )
    else:
        plane = LinearSVC(C=recipe.settings.get("c", 0.3), random_state=recipe.seed % 2**32, class_weight="balanced")
    plane.fit(matrix, positive, sample_weight=weights)
    return plane
