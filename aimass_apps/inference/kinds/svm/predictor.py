"""Linear SVMs over weighted words, characters and pairs of words, stored as JSON and arrays (safetensors).

No pickled estimator: the vectorisers are built anew from their vocabulary, and scoring is one sparse product.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import rjieba
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

from aimass_apps.inference.output_head import Array, Head, read_head
from aimass_apps.inference.predictor import Answer, Item
from aimass_apps.inference.tensors import read_weights
from aimass_apps.inference.text.chinese import has_han
from aimass_apps.inference.text.normalise import normalise

VOCABULARY = "vocabulary.json"
WEIGHTS = "model.safetensors"
FILES = (VOCABULARY, WEIGHTS, "head.json")
PAIRS = "pairs"
MOST_WORDS = 40  # different words of one text that are paired
_GRAMMAR = frozenset("的了是我你他在不有就也都这那和说吗吧啊个一")  # they stand everywhere, and pair with everything


class SvmPredictor:
    """Scores texts with one linear model a label. Long texts are taken whole."""

    def __init__(self, features: Features, coefficients: Array, intercepts: Array, head: Head) -> None:
        self.features, self.head = features, head
        self.labels = head.labels
        self._coefficients, self._intercepts = coefficients, intercepts

    @classmethod
    def load(cls, folder: Path, device: str = "auto") -> SvmPredictor:
        """Open an artefact folder; `device` is of no matter here."""
        weights = read_weights(folder / WEIGHTS)
        vocabulary = json.loads((folder / VOCABULARY).read_text(encoding="utf-8"))
        features = Features.of(vocabulary, weights)
        return cls(features, weights["coefficients"], weights["intercepts"], read_head(folder))

    def predict(self, items: Sequence[Item]) -> list[Answer]:
        """One answer for each item, in order."""
        rows = self.probabilities([self.head.text_of(item) for item in items])
        return [Answer(dict(zip(self.labels, row.tolist(), strict=True))) for row in rows]

    def probabilities(self, texts: Sequence[str]) -> Array:
        """Calibrated probabilities, shape (texts, labels)."""
        return self.head.probabilities(self.logits(texts)) if texts else np.zeros((0, len(self.labels)), np.float32)

    def logits(self, texts: Sequence[str]) -> Array:
        """Signed distances from each label's plane, shape (texts, labels)."""
        raw = self.features.transform(texts) @ self._coefficients.T
        return np.asarray(raw + self._intercepts, dtype=np.float32)


class Features:
    """The vectorisers of one model, side by side; each gives rows of length one."""

    def __init__(self, vectorisers: Sequence[TfidfVectorizer]) -> None:
        self.vectorisers = list(vectorisers)

    @classmethod
    def of(cls, vocabulary: Sequence[Mapping[str, Any]], weights: Mapping[str, Array]) -> Features:
        """Built from `vocabulary.json` (analyser, n-grams and terms of each) and the stored weights of the terms."""
        vectorisers = []
        for number, each in enumerate(vocabulary):
            vectoriser = new_vectoriser(each["analyzer"], each["ngrams"], binary=each.get("binary", False))
            vectoriser.set_params(vocabulary={term: column for column, term in enumerate(each["terms"])})
            vectoriser.idf_ = weights[f"idf.{number}"]
            vectorisers.append(vectoriser)
        return cls(vectorisers)

    def transform(self, texts: Sequence[str]) -> csr_matrix:
        """Weighted terms of the normalised texts, shape (texts, terms of all vectorisers)."""
        plain = [normalise(text).text for text in texts]
        return csr_matrix(hstack([each.transform(plain) for each in self.vectorisers]), dtype=np.float32)


def new_vectoriser(analyzer: str, ngrams: Sequence[int], **limits: Any) -> TfidfVectorizer:
    """A vectoriser as training and inference both need it. Words are two letters or more, or one Chinese sign.

    `pairs` are those of `word_pairs`, whatever `ngrams` says.
    """
    return TfidfVectorizer(
        analyzer=word_pairs if analyzer == PAIRS else analyzer,
        ngram_range=(ngrams[0], ngrams[1]),
        sublinear_tf=True,
        token_pattern=r"(?u)\b\w\w+\b|[\u4e00-\u9fff]|[!?]" if analyzer == "word" else None,
        dtype=np.float32,
        **limits,
    )


def word_pairs(text: str) -> list[str]:
    """Every two different Chinese words of a text, wherever they stand: a group, and what is said of it."""
    return pair_up(chinese_words(text))


def pair_up(words: Sequence[str]) -> list[str]:
    """Every two words as one term, in alphabetical order."""
    return ["\t".join(pair) for pair in itertools.combinations(sorted(words), 2)]


def chinese_words(text: str) -> list[str]:
    """The different Chinese words of a text as they first come, without grammar, `MOST_WORDS` at most."""
    return [word for word in dict.fromkeys(rjieba.cut(text)) if has_han(word) and word not in _GRAMMAR][:MOST_WORDS]
