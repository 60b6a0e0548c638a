"""Search for better settings of a BERT recipe on few of its rows: Optuna's TPE sampler, hopeless trials cut short.

Every trial is kept in a journal file, so that a search which was stopped goes on; the first one tries the recipe's own
settings, so that what is found is at least as good on these rows.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import torch
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState
from sklearn.metrics import roc_auc_score
from tokenizers import Tokenizer

from aimass_apps.inference.kinds.bert.network import TextClassifier
from aimass_apps.inference.output_head import Array
from aimass_apps.ml.fit.base_model import open_base
from aimass_apps.ml.fit.bert import encode, fit_bert, pad
from aimass_apps.ml.fit.progress import Progress, Report
from aimass_apps.ml.recipe.examples import Example, Split, as_arrays, subset
from aimass_apps.ml.recipe.schema import Recipe, read_recipe, settings_as
from aimass_apps.ml.recipe.settings import BertSettings

JOURNAL = "search.journal"
LOOKS = 4  # at the validation rows, in one trial
VALIDATION = 600  # rows that score a trial
BATCH = 64
WEIGHTED = 10  # labels at most that get a weight of their own; above that every weight is as the recipe says


@dataclass(frozen=True, slots=True)
class Found:
    """The best trial's settings and score beside those of the recipe; `trials` ended by themselves, `cut` early."""

    settings: Mapping[str, Any]
    score: float
    recipe_score: float
    trials: int
    cut: int


def search(
    recipe: Recipe, splits: Sequence[Split], work: Path, report: Report, *, trials: int = 20, rows: int = 5_000
) -> Found | None:
    """Run trials until `trials` have ended, counting those of earlier calls that stand in the journal under `work`.

    None when not one trial ended. `progress.Stopped` raised by `report` ends the search, and what was found is
    returned by the next call with as many `trials` as there are.
    """
    work.mkdir(parents=True, exist_ok=True)
    small = subset(splits, rows, recipe.seed)
    held_out = _spread([row for split in splits for row in split.validation], VALIDATION)
    study = _study(recipe, work, rows)
    todo = trials - len(_ended(study))
    if not study.trials:
        study.enqueue_trial(_own_settings(recipe))

    def objective(trial: Any) -> float:
        scratch = work / f"trial-{trial.number}"
        try:
            return _try(trial, recipe, small, held_out, scratch, report)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    if todo > 0:
        study.optimize(objective, n_trials=todo)
    return best_of(study)


def best_so_far(recipe: Recipe, work: Path, rows: int) -> Found | None:
    """What the journal under `work` holds, without running anything."""
    return best_of(_study(recipe, work, rows)) if (work / JOURNAL).is_file() else None


def best_of(study: Any) -> Found | None:
    """The best of the trials that ran to their end; None when there is none."""
    whole = [each for each in study.trials if each.state == TrialState.COMPLETE]
    if not whole:
        return None
    best = max(whole, key=lambda each: each.value)
    return Found(_settings(best.params), best.value, whole[0].value, len(whole), len(_ended(study)) - len(whole))


def score(recipe: Recipe, logits: Array, targets: Array, weights: Array) -> float:
    """Mean over the sigmoid labels of the AUC and over the softmax groups of the top-1 share, on annotated rows.

    Labels that are positive everywhere or nowhere say nothing and are left out; 0 when nothing is left.
    """
    found: list[float] = []
    start = 0
    for group in recipe.groups:
        part = slice(start, start + len(group["labels"]))
        start = part.stop
        if group["activation"] == "softmax":
            known = weights[:, part].max(axis=1) > 0
            if known.any():
                right = logits[known, part].argmax(axis=1) == targets[known, part].argmax(axis=1)
                found.append(float(right.mean()))
            continue
        for column in range(part.start, part.stop):
            known = weights[:, column] > 0
            truth = targets[known, column] >= 0.5
            if 0 < truth.sum() < len(truth):
                found.append(float(roc_auc_score(truth, logits[known, column])))
    return float(np.mean(found)) if found else 0.0


def network_logits(model: TextClassifier, tokenizer: Tokenizer, texts: Sequence[str], tokens: int) -> Array:
    """Raw outputs of a network in training, shape (texts, labels); its mode is left as it was."""
    ids = encode(tokenizer, texts, tokens)
    order = sorted(range(len(ids)), key=lambda each: len(ids[each]))
    logits: Array = np.zeros((len(ids), model.head.out_features), np.float32)
    training, device = model.training, next(model.parameters()).device
    model.eval()
    with torch.inference_mode():
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            padded, mask = pad([ids[each] for each in rows])
            logits[rows] = model(padded.to(device), mask.to(device)).cpu().numpy()
    model.train(training)
    return logits


def with_settings(text: str, settings: Mapping[str, Any]) -> str:
    """The text of a recipe with these values in its `[settings]`; everything else, comments too, stays as it is."""
    start = re.search(r"^\[settings\]\s*\n", text, re.MULTILINE)
    if start is None:
        return text.rstrip("\n") + "\n\n[settings]\n" + "".join(_line(*each) for each in settings.items())
    following = re.search(r"^\[", text[start.end() :], re.MULTILINE)
    end = start.end() + following.start() if following else len(text)
    body = text[start.end() : end]
    for name, value in settings.items():
        body = re.sub(rf"^{re.escape(name)}\s*=.*\n", "", body, flags=re.MULTILINE)
        body = _line(name, value) + body
    return text[: start.end()] + body + text[end:]


def write_found(recipe: Recipe, found: Found, out: Path, rows: int) -> None:
    """Write a recipe like `recipe` with the settings found, and check that it can be read."""
    comment = (
        f"# Settings found by a search over {recipe.path.name}: {found.trials} trials and {found.cut} cut short on "
        f"{rows} rows,\n# score {found.score:.4f} on held-back rows beside {found.recipe_score:.4f} before.\n"
    )
    out.write_text(comment + with_settings(recipe.path.read_text(encoding="utf-8"), found.settings), encoding="utf-8")
    read_recipe(out)


def _study(recipe: Recipe, work: Path, rows: int) -> Any:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    name = f"{hashlib.sha256(recipe.path.read_bytes()).hexdigest()[:16]}-{rows}"
    storage = JournalStorage(JournalFileBackend(str(work / JOURNAL)))
    study = optuna.create_study(storage=storage, study_name=name, direction="maximize", load_if_exists=True)
    # Seeded by how far it is: a search that goes on does not repeat its first draws.
    study.sampler = optuna.samplers.TPESampler(seed=recipe.seed + len(study.trials))
    study.pruner = optuna.pruners.MedianPruner(n_startup_trials=3, n_warmup_steps=1)
    return study


def _ended(study: Any) -> list[Any]:
    return [each for each in study.trials if each.state in (TrialState.COMPLETE, TrialState.PRUNED)]


def _own_settings(recipe: Recipe) -> dict[str, Any]:
    own = settings_as(recipe, BertSettings)
    first: dict[str, Any] = {"learning_rate": own.learning_rate, "epochs": own.epochs, "warmup": own.warmup}
    return first | {f"weight {label}": own.label_weights.get(label, 1.0) for label in _weighted(recipe)}


def _weighted(recipe: Recipe) -> list[str]:
    labels = [label for group in recipe.groups if group["activation"] == "sigmoid" for label in group["labels"]]
    return labels if 1 < len(labels) <= WEIGHTED else []


def _suggest(trial: Any, recipe: Recipe) -> dict[str, Any]:
    own = settings_as(recipe, BertSettings)
    params = {
        "learning_rate": trial.suggest_float("learning_rate", own.learning_rate / 5, own.learning_rate * 5, log=True),
        "epochs": trial.suggest_int("epochs", 1, max(3, own.epochs)),
        "warmup": trial.suggest_float("warmup", 0.0, 0.2),
    }
    for label in _weighted(recipe):
        params[f"weight {label}"] = trial.suggest_float(f"weight {label}", 0.5, 4.0, log=True)
    return _settings(params)


def _settings(params: Mapping[str, Any]) -> dict[str, Any]:
    weights = {name.removeprefix("weight "): each for name, each in params.items() if name.startswith("weight ")}
    plain = {name: each for name, each in params.items() if not name.startswith("weight ")}
    rounded = {name: float(f"{each:.3g}") if isinstance(each, float) else each for name, each in plain.items()}
    return rounded | ({"label_weights": {name: round(each, 2) for name, each in weights.items()}} if weights else {})


def _try(
    trial: Any, recipe: Recipe, splits: Sequence[Split], held_out: Sequence[Example], scratch: Path, report: Report
) -> float:
    settings = {**recipe.settings, **_suggest(trial, recipe)}
    batch, epochs = settings_as(recipe, BertSettings).batch, settings["epochs"]
    steps = epochs * -(-sum(len(split.training) for split in splits) // batch)
    plan = replace(recipe, settings={**settings, "checkpoint_every": max(1, steps // LOOKS)})
    tokenizer = open_base(recipe)[1]
    targets, weights = as_arrays(held_out, recipe)
    scores: list[float] = []

    def watch(step: int, model: TextClassifier) -> None:
        logits = network_logits(
            model, tokenizer, [row.text for row in held_out], settings_as(recipe, BertSettings).tokens
        )
        scores.append(score(recipe, logits, targets, weights))
        trial.report(scores[-1], len(scores))
        if step < steps and trial.should_prune():
            raise optuna.TrialPruned

    def tell(progress: Progress) -> None:
        detail = f"trial {trial.number}, {progress.detail}" + (f", score {scores[-1]:.4f}" if scores else "")
        report(replace(progress, stage="search", detail=detail))

    fit_bert(plan, splits, scratch, tell, watch)
    return scores[-1]


def _spread(rows: Sequence[Example], most: int) -> list[Example]:
    """At most `most` of the rows, evenly over the sources, which stand one after the other."""
    return list(rows[:: max(1, -(-len(rows) // most))])


def _line(name: str, value: Any) -> str:
    if isinstance(value, Mapping):
        inner = ", ".join(f"{json.dumps(key)} = {each}" for key, each in value.items())
        return f"{name} = {{ {inner} }}\n"
    return f"{name} = {json.dumps(value)}\n"
