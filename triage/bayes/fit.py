"""The naive Bayes model as an artefact: the catalogue's probabilities and wordings; only the temperature is fitted."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from aimass_apps.inference.output_head import plain_head
from aimass_apps.ml.fit.progress import Report
from aimass_apps.ml.recipe.examples import Split
from aimass_apps.ml.recipe.schema import Recipe, settings_as
from triage.bayes.predictor import FILES, TABLES, BayesPredictor
from triage.bayes.settings import BayesSettings
from triage.knowledge.load import Catalogue, Condition, Finding, load_catalogue

ROUNDED = 4  # digits of a share


def fit_bayes(
    plan: Recipe, splits: Sequence[Split], work: Path, progress: Report
) -> Callable[[Path], tuple[BayesPredictor, Sequence[str]]]:
    """What stores the tables under `plan`'s settings (`tables`) in a folder, and opens them uncalibrated."""
    held = tables(load_catalogue(), asdict(settings_as(plan, BayesSettings).tables))

    def store(folder: Path) -> tuple[BayesPredictor, Sequence[str]]:
        text = json.dumps(held, ensure_ascii=False, separators=(",", ":"))
        (folder / TABLES).write_text(text, encoding="utf-8")
        return BayesPredictor(held, plain_head(plan.groups, reads=("tell_facts",))), FILES

    return store


def tables(catalogue: Catalogue, settings: dict[str, float]) -> dict[str, Any]:
    """The content of `bayes.json`."""
    return {
        "catalogue": catalogue.version,
        "settings": dict(settings),
        "findings": {each.id: _finding(each) for each in catalogue.findings.values()},
        "conditions": {each.id: _condition(each, catalogue) for each in catalogue.conditions.values()},
    }


def _finding(finding: Finding) -> dict[str, Any]:
    ways = dict.fromkeys((finding.name, *finding.lay, *finding.clinical))
    return {"kind": finding.kind, "wordings": list(ways)}


def _condition(condition: Condition, catalogue: Catalogue) -> dict[str, Any]:
    shares = {**condition.risk_factors, **condition.findings}
    return {
        "prevalence": condition.prevalence,
        "age_range": list(condition.age_range),
        "age_weights": list(condition.age_weights),
        "female": condition.female,
        "male": condition.male,
        "findings": {name: round(share, ROUNDED) for name, share in shares.items()},
        "against": [name for name in condition.against if name in catalogue.findings],
    }
