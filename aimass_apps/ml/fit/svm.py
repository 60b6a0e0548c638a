"""Train a linear SVM for each label over weighted terms, and store it without code in it.

Two settings beyond the ordinary. A feature with `weigh = "bayes"` is weighted not by idf but by how much oftener it
stands in positive rows than in negative ones of the first label (Wang and Manning 2012, Baselines and Bigrams).
`hard_negatives` counts negative rows that a first model, which did not see them, takes for positive that many times.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, diags, hstack
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import KFold
from sklearn.preprocessing import normalize as unit_rows
from sklearn.svm import LinearSVC

from aimass_apps.inference.kinds.svm.predictor import (
    PAIRS,
    TERMS,
    VOCABULARY,
    WEIGHTS,
    Features,
    Numbered,
    SvmPredictor,
    chinese_words,
    new_vectoriser,
    number_of,
    pair_up,
    word_pairs,
)
from aimass_apps.inference.output_head import Array, Head
from aimass_apps.inference.packed import AnyArray, save_packed
from aimass_apps.inference.tensors import Bits, write_weights
from aimass_apps.inference.text.normalise import normalise
from aimass_apps.ml.fit.progress import Progress, Report
from aimass_apps.ml.recipe.examples import Example, as_arrays
from aimass_apps.ml.recipe.schema import BadRecipe, Recipe, settings_as
from aimass_apps.ml.recipe.settings import Feature, SvmSettings

MANY = 20  # labels; above it averaged stochastic descent is taken, ten times as fast at equal quality
FOLDS = 4
NARROW = 0.35  # a distance from the plane below which a row is hard
COMMON = 25  # texts that a word stands in before its pairs are counted


def fit_svm(recipe: Recipe, examples: Sequence[Example], report: Report) -> SvmPredictor:
    """Fit the vectorisers of `[[settings.features]]` and one plane a label; its head is not yet calibrated.

    A row's weight for a label is its sample weight; a target between 0 and 1 counts by its distance from 0.5.
    """
    from aimass_apps.inference.output_head import plain_head

    report(Progress("features", 0, 1))
    targets, weights = as_arrays(examples, recipe)
    features, matrix = _fit_features(recipe, [row.text for row in examples], targets[:, 0], weights[:, 0])
    coefficients = np.zeros((targets.shape[1], matrix.shape[1]), np.float32)
    intercepts = np.zeros(targets.shape[1], np.float32)
    for column, label in enumerate(recipe.labels):
        report(Progress("train", column + 1, len(recipe.labels), label))
        known = weights[:, column] > 0
        wanted = targets[known, column]
        _refuse_one_side(label, wanted >= 0.5)
        sure = weights[known, column] * np.abs(2 * wanted - 1) + 1e-6
        if times := settings_as(recipe, SvmSettings).hard_negatives:
            sure *= _hardness(matrix[known], wanted >= 0.5, sure, recipe, times)
        plane = _plane(matrix[known], wanted >= 0.5, sure, recipe)
        coefficients[column], intercepts[column] = plane.coef_[0], plane.intercept_[0]
    return SvmPredictor(features, coefficients, intercepts, plain_head(recipe.groups))


def write_svm(model: SvmPredictor, head: Head, folder: Path, bits: Bits = 8) -> None:
    """Store the files of `inference.svm.FILES` in `folder`: terms as numbers, coefficients in `bits`.

    Terms come by the label for which they count most, then by number: columns that are alike lie together and deflate
    better. Of two terms with one number the first one's column stays.
    """
    vocabulary, columns, start = [], [], 0
    spread = np.sqrt(np.square(model._coefficients).mean(axis=1, keepdims=True)) + 1e-9
    strongest = np.abs(model._coefficients / spread).argmax(axis=0)
    terms: dict[str, AnyArray] = {}
    weights: dict[str, Array] = {"intercepts": model._intercepts}
    for number, each in enumerate(model.features.vectorisers):
        known = sorted(each.vocabulary_, key=each.vocabulary_.get)
        made = np.array([term if isinstance(term, int) else number_of(term) for term in known], np.uint64)
        _, kept = np.unique(made, return_index=True)
        kept = kept[np.argsort(strongest[start + kept], kind="stable")]
        terms[f"terms.{number}"] = made[kept]
        weights[f"idf.{number}"] = each.idf_.astype(np.float32)[kept]
        columns.append(start + kept)
        start += len(known)
        vocabulary.append({"analyzer": _name(each), "ngrams": list(each.ngram_range), "binary": each.binary})
    weights["coefficients"] = model._coefficients[:, np.concatenate(columns)]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / VOCABULARY).write_text(json.dumps(vocabulary) + "\n", encoding="utf-8")
    save_packed(folder / TERMS, terms)
    write_weights(folder / WEIGHTS, weights, bits)
    head.write(folder)


def _name(vectoriser: Any) -> str:
    if isinstance(vectoriser.analyzer, Numbered):
        return vectoriser.analyzer.name
    return PAIRS if vectoriser.analyzer is word_pairs else str(vectoriser.analyzer)


def _fit_features(recipe: Recipe, texts: Sequence[str], targets: Any, weights: Any) -> tuple[Features, csr_matrix]:
    """The features of `[[settings.features]]` and what they make of the texts; `targets` are of the first label."""
    read = [normalise(text).text for text in texts]
    vectorisers, blocks = [], []
    for wanted in settings_as(recipe, SvmSettings).features:
        bayes = wanted.weigh == "bayes"
        vectoriser, block = _weighed_by_side(wanted, read, targets, weights) if bayes else _by_idf(wanted, read)
        vectorisers.append(vectoriser)
        blocks.append(block)
    return Features(vectorisers), csr_matrix(hstack(blocks), dtype=np.float32)


def _by_idf(wanted: Feature, texts: Sequence[str]) -> tuple[Any, csr_matrix]:
    limits = {"max_features": wanted.most, "min_df": wanted.min_df}
    vectoriser = new_vectoriser(wanted.analyzer, wanted.ngrams, **limits)
    return vectoriser, vectoriser.fit_transform(texts)


def _weighed_by_side(wanted: Feature, texts: Sequence[str], targets: Any, weights: Any) -> tuple[Any, csr_matrix]:
    analyzer, ngrams = wanted.analyzer, wanted.ngrams
    limits = {"max_features": wanted.most, "min_df": wanted.min_df}
    if analyzer == PAIRS:
        words = [chinese_words(text) for text in texts]
        counter = CountVectorizer(analyzer=pair_up, vocabulary=_common_pairs(words, *limits.values()), binary=True)
        held = counter.fit_transform(words)
    else:
        pattern = new_vectoriser(analyzer, ngrams).token_pattern
        counter = CountVectorizer(
            analyzer=analyzer, ngram_range=tuple(ngrams), token_pattern=pattern, binary=True, **limits
        )
        held = counter.fit_transform(texts)
    ratios = _log_ratios(held, targets, weights)
    vectoriser = new_vectoriser(analyzer, ngrams, binary=True, vocabulary=counter.vocabulary_)
    vectoriser.idf_ = ratios
    return vectoriser, unit_rows(held.astype(np.float32) @ diags(ratios.astype(np.float32)))


def _common_pairs(words: Sequence[Sequence[str]], most: int, fewest: int) -> dict[str, int]:
    """The `most` commonest pairs of common words; all pairs of rare ones would not fit into memory."""
    texts_with = Counter(word for row in words for word in row)
    pairs: Counter[str] = Counter()
    for row in words:
        pairs.update(pair_up([word for word in row if texts_with[word] >= COMMON]))
    kept = [pair for pair, count in pairs.most_common(most) if count >= fewest]
    return {pair: column for column, pair in enumerate(sorted(kept))}


def _log_ratios(held: csr_matrix, targets: Any, weights: Any) -> Any:
    """For each term the log of its share in positive rows over that in negative ones, one added to each count."""
    sides = [
        1.0 + np.asarray(held.T @ np.where((targets >= 0.5) == positive, weights, 0.0)).ravel()
        for positive in (True, False)
    ]
    return np.log(sides[0] / sides[0].sum()) - np.log(sides[1] / sides[1].sum())


def _hardness(matrix: csr_matrix, positive: Any, weights: Any, recipe: Recipe, times: float) -> Any:
    """The factor of each row's weight: `times` for negatives on the wrong side, or near it, out of fold."""
    factors = np.ones(len(positive), np.float32)
    for seen, unseen in KFold(FOLDS, shuffle=True, random_state=recipe.seed % 2**32).split(positive):
        plane = _plane(matrix[seen], positive[seen], weights[seen], recipe)
        hard = ~positive[unseen] & (plane.decision_function(matrix[unseen]) > -NARROW)
        factors[unseen[hard]] = times
    return factors


def _refuse_one_side(label: str, positive: Any) -> None:
    if positive.all() or not positive.any():
        side = "no" if positive.size and positive.all() else "yes"
        raise BadRecipe(
            f"no row says {side} to {label}: review more, or train on the recipe's own files too (AIMASS_DATA)"
        )


def _plane(matrix: csr_matrix, positive: Any, weights: Any, recipe: Recipe) -> Any:
    settings = settings_as(recipe, SvmSettings)
    if len(recipe.labels) > MANY:
        plane: Any = SGDClassifier(
            loss="modified_huber",
            alpha=settings.alpha,
            max_iter=settings.passes,
            tol=None,
            average=True,
            random_state=recipe.seed % 2**32,
        )
    else:
        plane = LinearSVC(C=settings.c, random_state=recipe.seed % 2**32, class_weight="balanced")
    plane.fit(matrix, positive, sample_weight=weights)
    return plane
