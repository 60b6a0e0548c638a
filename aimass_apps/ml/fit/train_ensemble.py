"""From a recipe to an ensemble's artefact: ask the members about cases held back from them, fit, measure, store."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from aimass_apps.inference.kinds.ensemble.predictor import RULES, Ensemble, Rule
from aimass_apps.inference.predictor import Answer, Item, Predictor, load_predictor
from aimass_apps.ml.evaluate.run_log import artefact_hash
from aimass_apps.ml.fit.combined import members_among, seal
from aimass_apps.ml.fit.ensemble import (
    FEWEST,
    Answered,
    ask_members,
    fit_rules,
    pool,
    pool_of,
    pool_without_truth,
    set_metrics,
    share_unknown,
    with_limits,
)
from aimass_apps.ml.fit.progress import Progress, Report
from aimass_apps.ml.recipe.examples import Example
from aimass_apps.ml.recipe.named import named
from aimass_apps.ml.recipe.prepare import Prepared
from aimass_apps.ml.recipe.schema import Recipe, settings_as
from aimass_apps.ml.recipe.settings import EnsembleSettings
from aimass_apps.registry.artefacts import read_manifest

REVIEWS = "reviews"  # the split that a frozen dataset becomes
SLICE = 64


def train_ensemble(plan: Recipe, prepared: Prepared, folders: Iterable[Path], out: Path, progress: Report) -> Path:
    """Fit an ensemble of the members found among `folders`; the artefact folder `out`.

    Limits come from a frozen dataset's held-back reviews where there are enough. Raises `BadRecipe` where a member
    is missing, and `TooFewCases`.
    """
    members = {kind: Remembering(folder, out, progress) for kind, folder in members_among(plan, folders).items()}
    rows = _rows(plan, prepared)
    fitted = _ask(plan, members, rows["fit"])
    wanted = _settings(plan).wanted
    rules = fit_rules(fitted, wanted)
    confirmed = _ask(plan, members, rows["reviews"]) if rows["reviews"] else None
    notes: dict[str, Any] = {"aim": wanted.coverage, "confirmed": 0, **_elsewhere(plan)}
    if confirmed is not None and len(confirmed) >= FEWEST // 2:
        rules = [with_limits(rule, confirmed, wanted) for rule in rules]
        notes["confirmed"] = len(confirmed)
    ensemble = Ensemble(plan.labels, {frozenset(rule.powers): rule for rule in rules}, notes, plan.language)
    metrics = _measure(plan, ensemble, members, rows["test"])
    measured = {**notes, **metrics["sets"]["all"]}
    return _store(plan, replace(ensemble, measured=measured), metrics, prepared, members, out)


def _settings(plan: Recipe) -> EnsembleSettings:
    return settings_as(plan, EnsembleSettings)


def _rows(plan: Recipe, prepared: Prepared) -> dict[str, list[Example]]:
    """Rows to fit on, to measure on (the source `measured_on`), and a dataset's reviews that no member learned from."""
    rows: dict[str, list[Example]] = {"fit": [], "test": [], "reviews": []}
    for split in prepared.splits:
        if split.source.name == REVIEWS:
            rows["reviews"] += split.validation if split.validation is not split.training else []
        else:
            rows["test" if split.source.name == _settings(plan).measured_on else "fit"] += [
                *split.training,
                *split.validation,
            ]
    return {name: [row for row in each if _truth(plan, row)] for name, each in rows.items()}


def _truth(plan: Recipe, row: Example) -> str:
    return next((label for label, value in row.targets.items() if value and label in plan.labels), "")


def _ask(plan: Recipe, members: Mapping[str, Predictor], rows: Sequence[Example]) -> Answered:
    return ask_members(members, [Item(row.text) for row in rows], [_truth(plan, row) for row in rows], plan.labels)


def _elsewhere(plan: Recipe) -> dict[str, Any]:
    found = _settings(plan).elsewhere
    return {"elsewhere": asdict(found)} if found else {}


def _measure(
    plan: Recipe, ensemble: Ensemble, members: Mapping[str, Predictor], rows: Sequence[Example]
) -> dict[str, Any]:
    """Sets by group, and how often known and out-of-scope texts are called unknown."""
    answered = _ask(plan, members, rows)
    grouping = named("groups", _settings(plan).groups)
    values = [grouping(row.text, _truth(plan, row)) for row in rows]
    groups = {name: [each[name] for each in values] for name in values[0]}
    rule = ensemble.rules[ensemble.members]
    novelty = {
        "known visits (false alarms)": share_unknown(rule, pool(rule, answered)),
        "visits whose condition was left out": share_unknown(rule, pool_without_truth(rule, answered)),
    }
    for name, texts in named("out_of_scope_texts", _settings(plan).out_of_scope_texts)().items():
        novelty[name] = share_unknown(rule, pool_of(rule, members, texts, plan.labels))
    return {
        "sets": set_metrics(ensemble, answered, groups),
        "novelty": novelty,
        "top": {"together": _top(pool(rule, answered), answered)}
        | {kind: _top(logs, answered) for kind, logs in answered.logs.items()},
    }


def _top(scores: Any, answered: Answered) -> dict[str, float]:
    own = scores[np.arange(len(answered)), answered.truth][:, None]
    above = (scores > own).sum(axis=1)
    return {f"top-{most}": round(float((above < most).mean()), 4) for most in (1, 3, 5)}


def _store(
    plan: Recipe,
    ensemble: Ensemble,
    metrics: Mapping[str, Any],
    prepared: Prepared,
    members: Mapping[str, Remembering],
    out: Path,
) -> Path:
    content = {
        "labels": list(ensemble.labels),
        "rules": [_plain(rule) for rule in ensemble.rules.values()],
        "measured": dict(ensemble.measured),
        "fitted_with": {kind: each.artefact for kind, each in sorted(members.items())},
    }
    data = [
        {
            "name": split.source.name,
            "licence": split.source.licence,
            "credit": split.source.credit,
            "rows": 0,
            "held_back": len(split.training) + len(split.validation),
        }
        for split in prepared.splits
    ]
    return seal(plan, out, {RULES: json.dumps(content, indent=1)}, _for_card(ensemble, metrics), data)


def _plain(rule: Rule) -> dict[str, Any]:
    return {**asdict(rule), "powers": dict(rule.powers)}


def _for_card(ensemble: Ensemble, metrics: Mapping[str, Any]) -> dict[str, Any]:
    """The metrics as rows of a card: a name and a few numbers each."""
    rule = ensemble.rules[ensemble.members]
    found: dict[str, Any] = {"powers": dict(rule.powers)}
    found |= {f"ranking, {name}": each for name, each in metrics["top"].items()}
    sets = dict(metrics["sets"])
    found["sets, all"] = sets.pop("all")
    for name, values in sets.items():
        found |= {f"sets, {name} {value}": each for value, each in values.items()}
    return found | {f"called unknown, {name}": value for name, value in metrics["novelty"].items()}


class Remembering:
    """A member that keeps its answers beside the training, so that an interrupted one need not ask again."""

    def __init__(self, folder: Path, out: Path, progress: Report) -> None:
        self.artefact = artefact_hash(folder)
        self._kind, self._folder, self._progress = read_manifest(folder).kind, folder, progress
        self._file = out.with_name(out.name + ".work") / f"answers-{self._kind}-{self.artefact}.jsonl"
        self._model: Predictor | None = None
        self._held = dict(self._read())
        self.labels = tuple(read_manifest(folder).labels)

    def predict(self, items: Sequence[Item]) -> list[Answer]:
        """One answer for each item, in order; those asked before come from the file."""
        keys = [hashlib.sha256(item.text.encode()).hexdigest() for item in items]
        open_items = {key: item for key, item in zip(keys, items, strict=True) if key not in self._held}
        names = list(open_items)
        for start in range(0, len(names), SLICE):
            self._progress(Progress(f"ask {self._kind}", start, len(names)))
            self._ask({name: open_items[name] for name in names[start : start + SLICE]})
        return [Answer(self._held[key]) for key in keys]

    def _ask(self, asked: Mapping[str, Item]) -> None:
        if self._model is None:
            self._model = load_predictor(self._folder, "auto")
        answers = self._model.predict(list(asked.values()))
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("a", encoding="utf-8") as stream:
            for key, answer in zip(asked, answers, strict=True):
                # What is kept is what a float of four digits holds: probabilities under a millionth count as that.
                self._held[key] = {name: float(f"{value:.4g}") for name, value in answer.scores.items() if value > 1e-7}
                stream.write(json.dumps([key, self._held[key]]) + "\n")

    def _read(self) -> Iterator[tuple[str, dict[str, float]]]:
        if self._file.is_file():
            for line in self._file.read_text(encoding="utf-8").splitlines():
                key, scores = json.loads(line)
                yield key, scores
