"""Distillation (Hinton et al. 2015): a trained version's answers become soft targets beside the annotated ones.

The loss is linear in its targets, so mixing the targets is the same as mixing the two losses.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save_file

from aimass_apps.inference.devices import choose_device, multiplies_bf16
from aimass_apps.inference.kinds.bert.predictor import BertPredictor
from aimass_apps.inference.output_head import Array
from aimass_apps.inference.predictor import Item, Predictor, load_predictor
from aimass_apps.ml.fit.progress import Progress, Report
from aimass_apps.ml.recipe.examples import Example, Split
from aimass_apps.ml.recipe.schema import BadRecipe, Recipe, settings_as
from aimass_apps.ml.recipe.settings import BertSettings, Distil
from aimass_apps.registry.artefacts import MANIFEST, STARTERS, sha256

CACHE = "teacher-{}.safetensors"
CHUNK = 256  # texts between two writes of the cache


@dataclass(frozen=True, slots=True)
class Teaching(Distil):
    """`[settings.distil]`: who teaches, its `share` of the loss on annotated labels, and about which texts it is asked.

    `teacher` is an artefact folder, a starter, a recipe (`train` has put its folder here), or several of them: their
    probabilities are averaged. With `folds` above 1 each recipe was trained that many times, each time without one
    part of the texts, and is asked about that part alone: what it says of a text it never saw tells a doubtful
    annotation from a sure one. `rows` texts at most are asked about, drawn by the recipe's seed, of the named
    `sources` or of every source; the others keep their annotated targets alone.
    """

    def texts(self, splits: Sequence[Split], seed: int) -> list[str]:
        """What is asked about. Raises `BadRecipe` for a source that is not there."""
        if unknown := set(self.sources) - {split.source.name for split in splits}:
            raise BadRecipe(f"distil: no source is called {', '.join(sorted(unknown))}")
        asked = [split for split in splits if not self.sources or split.source.name in self.sources]
        texts = sorted({row.text for split in asked for row in split.training})
        if len(texts) <= self.rows:
            return texts
        return sorted(random.Random(seed).sample(texts, self.rows))  # noqa: S311 - sampling, not secrecy

    def teachers(self) -> Iterator[tuple[Path, int | None]]:
        """The folders, each with the fold that it is asked about; None for every text. Raises `BadRecipe`."""
        for each in [self.teacher] if isinstance(self.teacher, str) else self.teacher:
            if isinstance(each, str):
                yield artefact_folder(each), None
            else:
                yield from ((artefact_folder(one), fold) for fold, one in enumerate(each))


def teaching_of(recipe: Recipe) -> Teaching:
    """Raises `BadRecipe` where nobody is named."""
    found = settings_as(recipe, BertSettings).distil
    if found is None:
        raise BadRecipe("names no teacher", recipe.path, "settings.distil")
    return Teaching(**{each.name: getattr(found, each.name) for each in fields(found)})


def artefact_folder(name: str) -> Path:
    """Where the artefact folder or starter `name` is. Raises `BadRecipe`."""
    for folder in (Path(name), STARTERS / name):
        if (folder / MANIFEST).is_file():
            return folder
    raise BadRecipe(f"distil: {name} is no artefact folder and no starter")


def fold_of(text: str, folds: int) -> int:
    """Which of `folds` parts a text belongs to, by its hash: the same in every recipe."""
    return int(hashlib.sha256(text.encode()).hexdigest()[8:16], 16) % folds


def with_teacher(recipe: Recipe, splits: Sequence[Split], work: Path, report: Report) -> list[Split]:
    """The splits with the teachers' answers mixed into the targets of their training rows.

    Validation rows stay as annotated. The answers are kept under `work` and asked for once. Raises `BadRecipe`.
    """
    teaching = teaching_of(recipe)
    said: dict[str, list[Array]] = {}
    texts = teaching.texts(splits, recipe.seed)
    for folder, fold in teaching.teachers():
        asked = [text for text in texts if fold is None or fold_of(text, teaching.folds) == fold]
        for text, answer in zip(asked, _answers(folder, recipe, asked, work, report), strict=True):
            said.setdefault(text, []).append(answer)
    answers = {text: np.mean(each, axis=0) for text, each in said.items()}
    return [
        replace(
            split,
            training=[
                taught(row, answers[row.text], recipe, teaching.share) if row.text in answers else row
                for row in split.training
            ],
        )
        for split in splits
    ]


def taught(row: Example, answer: Array, recipe: Recipe, share: float) -> Example:
    """The row with targets mixed from its own and the teacher's `answer`, shape (labels,), NaN where it knows nothing.

    A label that is not annotated gets the teacher's answer with the weight `share`.
    """
    targets, weights = dict(row.targets), dict(row.weights)
    said = {label: float(p) for label, p in zip(recipe.labels, answer, strict=True) if not np.isnan(p)}
    for group in recipe.groups:
        whole = group["activation"] == "softmax" and any(label in row.targets for label in group["labels"])
        for label in group["labels"]:
            if label not in said:
                continue
            if whole or label in row.targets:
                targets[label] = (1 - share) * row.targets.get(label, 0.0) + share * said[label]
            else:
                targets[label], weights[label] = said[label], share
    return replace(row, targets=targets, weights=_shared_weights(weights, row.weights, recipe.groups))


def _shared_weights(
    weights: dict[str, float], annotated: Mapping[str, float], groups: Sequence[Mapping[str, Any]]
) -> dict[str, float]:
    """In a softmax group that was annotated, every label has the annotated row's weight."""
    for group in groups:
        known = [annotated[label] for label in group["labels"] if label in annotated]
        if group["activation"] == "softmax" and known:
            weights |= dict.fromkeys(group["labels"], max(known))
    return weights


def open_teacher(folder: Path) -> Predictor:
    """The version in `folder`; an encoder multiplies in bfloat16 on a processor made for it.

    That is about three times as quick, and its answers need not be exact to the last digit here.
    """
    predictor = load_predictor(folder)
    if isinstance(predictor, BertPredictor) and choose_device() == "cpu":
        from aimass_apps.inference.kinds.bert.torch_backend import (
            TorchBackend,  # torch is not needed where an SVM teaches
        )

        if multiplies_bf16():
            predictor.backend = TorchBackend(folder, "cpu", bf16=True)
    return predictor


def _answers(folder: Path, recipe: Recipe, texts: Sequence[str], work: Path, report: Report) -> Array:
    """Probabilities of shape (texts, labels), from the cache as far as that goes."""
    digest = hashlib.sha256("\0".join([sha256(folder / MANIFEST), *recipe.labels, *texts]).encode())
    cache = work / CACHE.format(digest.hexdigest()[:12])
    done: Array = load_file(cache)["answers"] if cache.is_file() else np.zeros((0, len(recipe.labels)), np.float32)
    teacher = open_teacher(folder) if len(done) < len(texts) else None
    work.mkdir(parents=True, exist_ok=True)
    while teacher is not None and len(done) < len(texts):
        report(Progress("teacher", len(done), len(texts)))
        part = teacher.predict([Item(text) for text in texts[len(done) : len(done) + CHUNK]])
        rows = [[each.scores.get(label, np.nan) for label in recipe.labels] for each in part]
        done = np.concatenate([done, np.array(rows, np.float32)])
        save_file({"answers": done}, cache)
    return done
