"""manage.py fit_levels: fits the learned urgency (`triage.urgency_model`) on the short presentations written for it."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from sklearn.linear_model import LogisticRegression

from aimass_apps.inference.predictor import Item, load_predictor
from aimass_apps.registry.artefacts import STARTERS
from triage.decide import level_parts
from triage.knowledge.load import load_catalogue
from triage.levels import LEVELS
from triage.urgency_model import ENCODER, FILE, KINDS, LANGUAGE, features

VISITS = FILE.with_name("levels_visits.json")


class Command(BaseCommand):
    help = "Fit the learned urgency on the presentations of triage/policies/levels_visits.json."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--out", type=Path, default=FILE, help="the file to write")

    def handle(self, *args: Any, out: Path, **options: Any) -> None:
        visits = json.loads(VISITS.read_text(encoding="utf-8"))
        items = [Item(each["text"], {"age_years": each["age"], "sex": each["sex"]}) for each in visits]
        answers = {kind: load_predictor(STARTERS / f"triage-{kind}-{LANGUAGE}").predict(items) for kind in KINDS}
        usual: Any = {condition.id: condition.urgency for condition in load_catalogue().conditions.values()}
        labels = tuple(sorted(answers[ENCODER][0].scores))
        rows = []
        for place in range(len(visits)):
            said = {kind: answers[kind][place].scores for kind in KINDS}
            rows.append(features(said[ENCODER], level_parts(said, usual), labels))
        fitted = LogisticRegression(C=0.1, max_iter=3000, tol=1e-3)
        fitted.fit(rows, [LEVELS.index(each["level"]) for each in visits])
        weights = [[round(float(value), 4) for value in row] for row in fitted.coef_]
        bias = [round(float(value), 4) for value in fitted.intercept_]
        content = {"labels": labels, "bias": bias, "weights": weights}
        out.write_text(json.dumps(content, indent=None) + "\n", encoding="utf-8")
        self.stdout.write(f"{len(visits)} presentations, {len(rows[0])} features: {out}")
