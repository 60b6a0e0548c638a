"""Cross-validation in which near-duplicates stay together, so that a model is not asked what it has learnt by heart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

NEAR = 0.5  # cosine of TF-IDF word vectors above which two short texts count as near-duplicates

Places = npt.NDArray[np.intp]


def near_duplicate_groups(texts: Sequence[str], near: float = NEAR) -> Places:
    """A group number for each text, shape (texts,): connected components of pairs with a cosine above `near`.

    Two texts that are unlike each other still share a group where a chain of near-duplicates leads from one to the
    other.
    """
    _, groups = connected_components(_cosines(texts) > near, directed=False)
    return np.asarray(groups, np.intp)


def purged_folds(
    texts: Sequence[str], labels: Sequence[str], *, count: int, seed: int, near: float = NEAR
) -> Iterator[tuple[Places, Places]]:
    """Positions (training, held out) of each random fold, less the training texts that are near any held-out one.

    Unlike whole groups it asks for every label: what a chain joins may stand on both sides, no near-duplicate does.
    """
    alike = (_cosines(texts) > near).toarray()
    for training, held_out in folds(labels, None, count=count, seed=seed):
        yield training[~alike[np.ix_(training, held_out)].any(axis=1)], held_out


def _cosines(texts: Sequence[str]) -> csr_array:
    vectors = TfidfVectorizer().fit_transform(texts)
    return csr_array(vectors @ vectors.T)


def folds(labels: Sequence[str], groups: Places | None, *, count: int, seed: int) -> Iterator[tuple[Places, Places]]:
    """Positions (training, held out) of each fold, by label shares; no group is on both sides. None: a random split."""
    blank = np.zeros(len(labels))
    if groups is None:
        yield from StratifiedKFold(count, shuffle=True, random_state=seed).split(blank, labels)
    else:
        yield from StratifiedGroupKFold(count, shuffle=True, random_state=seed).split(blank, labels, groups)
