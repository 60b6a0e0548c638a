"""What a model trained on symptom2disease alone reaches there, and what the shipped ones answer to the same texts.

24 labels of 50 short self-descriptions, many of them near-duplicates: a random split asks for what was learnt by
heart. In the grouped split all near-duplicates of a text lie in one fold. Some labels are one single group: none of
their texts is left to train on while they are asked. They count as misses in the metric over all labels and are left
out of the second one.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

from aimass_apps.inference.predictor import Item
from aimass_apps.ml.evaluate.grouped_folds import Places
from aimass_apps.ml.evaluate.measure import open_version
from aimass_apps.ml.evaluate.metrics import rounded
from aimass_apps.ml.fit.progress import Report
from aimass_apps.ml.recipe.examples import Example, Split, read_table
from aimass_apps.ml.recipe.schema import Recipe, settings_as
from aimass_apps.ml.recipe.settings import BertSettings

FOLDS: Final = 5
BATCH: Final = 64

# What each label means in the catalogue: every condition that a clinician could call by that word.
MEANT: Final[Mapping[str, tuple[str, ...]]] = {
    "Acne": ("acne",),
    "Arthritis": ("osteoarthritis", "rheumatoid_arthritis", "reactive_arthritis", "psoriatic_arthritis"),
    "Bronchial Asthma": ("asthma_exacerbation", "asthma_chronic"),
    "Cervical spondylosis": ("cervical_strain", "cervical_radiculopathy"),
    "Chicken pox": ("chickenpox",),
    "Common Cold": ("common_cold",),
    "Dengue": ("dengue",),
    "Dimorphic Hemorrhoids": ("haemorrhoids",),
    "Fungal infection": ("tinea_corporis", "tinea_cruris", "tinea_versicolor", "athletes_foot"),
    "Hypertension": ("hypertension_essential", "hypertensive_emergency"),
    "Impetigo": ("impetigo",),
    "Jaundice": ("viral_hepatitis", "alcoholic_hepatitis"),
    "Malaria": ("malaria",),
    "Migraine": ("migraine",),
    "Pneumonia": ("pneumonia", "atypical_pneumonia"),
    "Psoriasis": ("psoriasis", "psoriatic_arthritis"),
    "Typhoid": ("typhoid",),
    "Varicose Veins": ("varicose_veins",),
    "allergy": ("allergic_rhinitis", "conjunctivitis_allergic"),
    "diabetes": ("type2_diabetes", "type1_diabetes_new"),
    "drug reaction": ("drug_eruption",),
    "gastroesophageal reflux disease": ("gord",),
    "peptic ulcer disease": ("peptic_ulcer",),
    "urinary tract infection": ("cystitis", "pyelonephritis"),
}


def labels() -> list[str]:
    """The 24 labels as the file writes them, in name order."""
    return list(MEANT)


def read_rows(recipe: Recipe, data: Path) -> tuple[list[str], list[str]]:
    """Texts and labels of the recipe's file. Raises `BadRecipe`."""
    rows = list(read_table(data / recipe.sources[0].file))
    return [row["text"] for row in rows], [row["label"] for row in rows]


def answer_fold(
    recipe: Recipe, texts: Sequence[str], named: Sequence[str], fold: tuple[Places, Places], work: Path, report: Report
) -> dict[int, str]:
    """Train by the recipe on the fold's training rows; the label it gives each held-out row, by position.

    Kept in `work/answers.json`; a fold that is answered already is not trained again.
    """
    kept = work / "answers.json"
    if kept.is_file():
        return {int(place): label for place, label in json.loads(kept.read_text(encoding="utf-8")).items()}
    training, held_out = fold
    rows = _examples(texts, named, training)
    known = [label for label in recipe.labels if any(label in row.targets for row in rows)]
    # A label whose texts are all held out can't be learnt, and a plane needs both sides.
    narrow = replace(recipe, groups=({"activation": "softmax", "labels": known},))
    fit = _fit_bert if recipe.kind == "bert" else _fit_svm
    logits = fit(narrow, Split(recipe.sources[0], rows, []), [texts[place] for place in held_out], work, report)
    found = {int(place): known[best] for place, best in zip(held_out, logits.argmax(axis=1), strict=True)}
    work.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(found), encoding="utf-8")
    return found


def _examples(texts: Sequence[str], named: Sequence[str], places: Places) -> list[Example]:
    """Each label weighs the same: a large group that is held out leaves few rows of its label."""
    counts = Counter(named[place] for place in places)
    share = len(places) / len(counts)
    return [
        Example(texts[place], {named[place]: 1.0}, {named[place]: share / counts[named[place]]}, "symptom2disease")
        for place in places
    ]


def _fit_bert(recipe: Recipe, split: Split, asked: Sequence[str], work: Path, report: Report) -> Any:
    """Fine-tune the encoder; where the recipe freezes it whole, fit its head alone, on features computed once."""
    import torch

    from aimass_apps.ml.fit.bert import encode, fit_bert, pad

    if settings_as(recipe, BertSettings).head_c:
        return _fit_head(recipe, split, asked)
    fitted = fit_bert(recipe, [split], work, report)
    ids = encode(fitted.tokenizer, asked, fitted.settings.tokens)
    with torch.inference_mode():
        parts = [fitted.model(*pad(ids[start : start + BATCH])).numpy() for start in range(0, len(ids), BATCH)]
    return np.concatenate(parts)


def _fit_head(recipe: Recipe, split: Split, asked: Sequence[str]) -> Any:
    """Multinomial logistic regression on the frozen encoder's sentence vectors; `head_c` is its inverse penalty."""
    known, wanted = (_features(recipe, texts) for texts in ([row.text for row in split.training], asked))
    named = [next(iter(row.targets)) for row in split.training]
    weights = [row.weights[label] for row, label in zip(split.training, named, strict=True)]
    head = LogisticRegression(C=settings_as(recipe, BertSettings).head_c, max_iter=2000)
    head.fit(known, named, sample_weight=weights)
    columns = [list(head.classes_).index(label) for label in recipe.labels]
    return head.predict_log_proba(wanted)[:, columns]


_VECTORS: dict[str, Any] = {}  # of each text, by the one base that both folds and splits use


def _features(recipe: Recipe, texts: Sequence[str]) -> Any:
    """The mean of the last layer's states, of length one, shape (texts, width)."""
    new = [text for text in dict.fromkeys(texts) if text not in _VECTORS]
    if new:
        _VECTORS.update(zip(new, _embed(recipe, new), strict=True))
    return np.stack([_VECTORS[text] for text in texts])


def _embed(recipe: Recipe, texts: Sequence[str]) -> Any:
    import torch

    from aimass_apps.ml.fit.base_model import open_base
    from aimass_apps.ml.fit.bert import encode, pad

    model, tokenizer = open_base(recipe)
    model.head = torch.nn.Identity()  # the network then answers with what its head would read
    model.eval()
    ids = encode(tokenizer, texts, settings_as(recipe, BertSettings).tokens)
    with torch.inference_mode():
        parts = [model(*pad(ids[start : start + BATCH])).numpy() for start in range(0, len(ids), BATCH)]
    vectors = np.concatenate(parts)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _fit_svm(recipe: Recipe, split: Split, asked: Sequence[str], work: Path, report: Report) -> Any:
    from aimass_apps.ml.fit.svm import fit_svm

    return fit_svm(recipe, split.training, report).logits(list(asked))


def task_metrics(named: Sequence[str], answered: Mapping[int, str], groups: Places) -> dict[str, float | int]:
    """Accuracy and macro-F1 over the answered rows: all labels, and those of more than one group."""
    truth = np.array(named)
    places = np.array(sorted(answered))
    given = np.array([answered[place] for place in places])
    several = [label for label in MEANT if len(set(groups[truth == label])) > 1]
    asked = np.isin(truth[places], several)
    return {
        "rows": len(places),
        "accuracy": rounded((truth[places] == given).mean()),
        "macro-F1": _macro_f1(truth[places], given, labels()),
        "labels of one group": len(MEANT) - len(several),
        "macro-F1 without these": _macro_f1(truth[places][asked], given[asked], several),
    }


def _macro_f1(truth: Any, given: Any, asked: Sequence[str]) -> float:
    return rounded(f1_score(truth, given, labels=asked, average="macro", zero_division=0))


def shipped_metrics(folder: Path, texts: Sequence[str], named: Sequence[str], groups: Places) -> dict[str, float | int]:
    """A shipped version on all texts: the best of the 24 labels by `MEANT`, and whether its own first answer fits."""
    best, fits = {}, []
    for place, answer in enumerate(open_version(folder).predictor.predict([Item(text) for text in texts])):
        shares = {label: sum(answer.scores.get(name, 0.0) for name in meant) for label, meant in MEANT.items()}
        best[place] = max(shares, key=lambda label: shares[label])
        first = max((name for name in answer.scores if ":" not in name), key=lambda name: answer.scores[name])
        fits.append(first in MEANT[named[place]])
    return {**task_metrics(named, best, groups), "first of all conditions fits": rounded(np.mean(fits))}
