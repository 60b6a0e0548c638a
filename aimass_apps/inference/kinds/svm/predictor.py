"""Linear SVMs over weighted words, characters and pairs of words, stored as JSON and arrays (safetensors).

No pickled estimator: the vectorisers are built anew from their terms, and scoring is one sparse product. A term is
stored as a number made of it (`number_of`), since terms come from people's texts and hold names among other things: one
can try a guess on the file, but not read it.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import rjieba
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

from aimass_apps.inference.output_head import Array, Head, read_head
from aimass_apps.inference.packed import AnyArray, load_packed
from aimass_apps.inference.predictor import Answer, Item
from aimass_apps.inference.tensors import read_weights
from aimass_apps.inference.text.chinese import has_han
from aimass_apps.inference.text.normalise import normalise

VOCABULARY = "vocabulary.json"
TERMS = "terms.safetensors"
WEIGHTS = "model.safetensors"
FILES = (VOCABULARY, TERMS, WEIGHTS, "head.json")
PAIRS = "pairs"
MOST_WORDS = 40  # different words of one text that are paired
NUMBER_BYTES = 5  # 40 bits: of 150,000 terms two share a number once in a hundred trainings
_REMEMBERED = 2**16  # numbers of the commonest terms, which need not be made anew
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
        # Versions trained before terms were numbers have no such file, and their terms in the vocabulary.
        terms = load_packed(folder / TERMS) if (folder / TERMS).is_file() else {}
        features = Features.of(vocabulary, terms, weights)
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
    def of(
        cls, vocabulary: Sequence[Mapping[str, Any]], terms: Mapping[str, AnyArray], weights: Mapping[str, Array]
    ) -> Features:
        """Built from `vocabulary.json` (analyser and n-grams of each), the numbers of the terms, and their weights."""
        vectorisers = []
        for number, each in enumerate(vocabulary):
            vectoriser = new_vectoriser(each["analyzer"], each["ngrams"], binary=each.get("binary", False))
            known: Sequence[str | int] = each.get("terms") or terms[f"terms.{number}"].tolist()
            if "terms" not in each:
                vectoriser.set_params(analyzer=Numbered(each["analyzer"], vectoriser.build_analyzer()))
            vectoriser.set_params(vocabulary={term: column for column, term in enumerate(known)})
            vectoriser.idf_ = weights[f"idf.{number}"]
            vectorisers.append(vectoriser)
        return cls(vectorisers)

    def transform(self, texts: Sequence[str]) -> csr_matrix:
        """Weighted terms of the normalised texts, shape (texts, terms of all vectorisers)."""
        plain = [normalise(text).text for text in texts]
        return csr_matrix(hstack([each.transform(plain) for each in self.vectorisers]), dtype=np.float32)


class Numbered:
    """An analyser whose terms are numbers; `name` is that of the one it asks."""

    def __init__(self, name: str, cut: Callable[[str], list[str]]) -> None:
        self.name, self._cut = name, cut

    def __call__(self, text: str) -> list[int]:
        return [number_of(term) for term in self._cut(text)]


@lru_cache(maxsize=_REMEMBERED)
def number_of(term: str) -> int:
    """What stands for a term in a stored version: `NUMBER_BYTES` of its BLAKE2b."""
    return int.from_bytes(hashlib.blake2b(term.encode("utf-8", "surrogatepass"), digest_size=NUMBER_BYTES).digest())


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
