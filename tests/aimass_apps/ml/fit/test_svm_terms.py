"""An SVM's terms are stored as numbers: what people wrote can't be read in the artefact, and scores are the same."""

import json
from pathlib import Path

import numpy as np
import pytest

from aimass_apps.inference.kinds.svm import predictor
from aimass_apps.inference.kinds.svm.predictor import (
    FILES,
    PAIRS,
    TERMS,
    VOCABULARY,
    Features,
    SvmPredictor,
    new_vectoriser,
)
from aimass_apps.inference.output_head import plain_head
from aimass_apps.inference.tensors import write_weights
from aimass_apps.ml.fit import svm
from aimass_apps.ml.fit.svm import write_svm

HEAD = plain_head([{"activation": "sigmoid", "labels": ["toxic", "insult"]}])
NAME = "jonquilbeard"
TEXTS = [
    f"{NAME} is a fool 天气热情",
    f"thanks {NAME}, good day",
    "you fool! 天气",
    "a good film 热情",
    "你好 fool day",
]
UNSEEN = [*TEXTS, f"ask {NAME} and other people of the day", "nothing known here: zzz", "", "天气真热情"]


def fitted() -> SvmPredictor:
    """Words, characters and pairs of some texts with random planes over them."""
    vectorisers = [new_vectoriser(*each) for each in (("word", (1, 2)), ("char_wb", (2, 4)), (PAIRS, (1, 1)))]
    columns = sum(each.fit_transform(TEXTS).shape[1] for each in vectorisers)
    planes = np.random.default_rng(1).normal(size=(2, columns)).astype(np.float32)
    return SvmPredictor(Features(vectorisers), planes, np.array([0.1, -0.2], np.float32), HEAD)


def test_scores_are_those_of_the_terms_themselves(tmp_path: Path) -> None:
    model = fitted()
    write_svm(model, HEAD, tmp_path)
    stored = SvmPredictor.load(tmp_path)
    assert np.abs(stored.probabilities(UNSEEN) - model.probabilities(UNSEEN)).max() < 0.02  # int8 planes
    write_svm(stored, HEAD, tmp_path / "again")
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (tmp_path / "again" / name).read_bytes(), name


def test_no_term_can_be_read_in_what_is_stored(tmp_path: Path) -> None:
    write_svm(fitted(), HEAD, tmp_path)
    assert json.loads((tmp_path / VOCABULARY).read_text(encoding="utf-8")) == [
        {"analyzer": "word", "ngrams": [1, 2], "binary": False},
        {"analyzer": "char_wb", "ngrams": [2, 4], "binary": False},
        {"analyzer": PAIRS, "ngrams": [1, 1], "binary": False},
    ]
    for path in tmp_path.iterdir():
        content = path.read_bytes()
        assert NAME[:4].encode() not in content, path
        assert "天".encode() not in content, path


def test_versions_with_their_terms_in_plain_words_are_still_read(tmp_path: Path) -> None:
    model = fitted()
    write_svm(model, HEAD, tmp_path)
    vocabulary = json.loads((tmp_path / VOCABULARY).read_text(encoding="utf-8"))
    weights = {"coefficients": model._coefficients, "intercepts": model._intercepts}
    for number, each in enumerate(model.features.vectorisers):
        vocabulary[number]["terms"] = sorted(each.vocabulary_)
        weights[f"idf.{number}"] = each.idf_
    (tmp_path / VOCABULARY).write_text(json.dumps(vocabulary), encoding="utf-8")
    (tmp_path / TERMS).unlink()
    write_weights(tmp_path / "model.safetensors", weights)
    assert np.abs(SvmPredictor.load(tmp_path).probabilities(UNSEEN) - model.probabilities(UNSEEN)).max() < 0.02


def test_two_terms_with_one_number_do_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (predictor, svm):
        monkeypatch.setattr(module, "number_of", lambda term: len(term))
    write_svm(fitted(), HEAD, tmp_path)
    found = SvmPredictor.load(tmp_path).probabilities(UNSEEN)
    assert found.shape == (len(UNSEEN), 2)
    assert np.isfinite(found).all()


def test_fewer_bits_give_a_smaller_file_and_nearly_the_same_scores(tmp_path: Path) -> None:
    planes = np.random.default_rng(2).normal(size=(2, 3000)).astype(np.float32)
    vectoriser = new_vectoriser("word", (1, 1), vocabulary={f"w{number}": number for number in range(3000)})
    vectoriser.idf_ = np.ones(3000, np.float32)
    model = SvmPredictor(Features([vectoriser]), planes, np.zeros(2, np.float32), HEAD)
    texts = [" ".join(f"w{number}" for number in range(start, start + 40)) for start in range(0, 2900, 100)]
    sizes = []
    for bits, loss in ((8, 0.01), (5, 0.05), (3, 0.2)):
        write_svm(model, HEAD, tmp_path / str(bits), bits)
        found = SvmPredictor.load(tmp_path / str(bits)).probabilities(texts)
        assert np.abs(found - model.probabilities(texts)).max() < loss
        sizes.append((tmp_path / str(bits) / "model.safetensors").stat().st_size)
    assert sizes == sorted(sizes, reverse=True)
