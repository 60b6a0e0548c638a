"""manage.py evaluate_urgency: how good the proposed urgency is on the project's own cases, with and without models."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from aimass_apps.inference.ensemble import Ensemble, ensemble_among, readers_among
from aimass_apps.inference.predictor import Item, load_predictor
from aimass_apps.registry.artefacts import STARTERS, BrokenArtefact, read_manifest, starters
from triage.catalogue.load import load_catalogue
from triage.catalogue.scales import LEVELS, Level
from triage.decide import Policy, UnusablePolicy, load_policy
from triage.evaluation.urgency import UrgencyCase, UrgencyFigures, figures, propose, read_cases
from triage.policy import DEFAULT

Answers = Sequence[Mapping[str, Mapping[str, float] | None]]


class Command(BaseCommand):
    help = "Under-triage, over-triage, exact level and emergencies found, on the project's own urgency cases."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--models", type=Path, default=STARTERS, help="a folder of model versions")
        parser.add_argument("--policy", type=Path, default=DEFAULT, help="a policy file")
        parser.add_argument("--floor-only", action="store_true", help="the safety floor without any model")
        parser.add_argument("--sealed", action="store_true", help="the sealed third: opened once, at the end")
        parser.add_argument("--misses", action="store_true", help="list each case whose level differs")

    def handle(self, *args: Any, models: Path, **options: Any) -> None:
        try:
            policy = load_policy(options["policy"])
            cases = read_cases(sealed=options["sealed"])
            folders = [] if options["floor_only"] else starters("triage", models)
            answers = answer_cases(cases, readers_among(folders))
        except (UnusablePolicy, BrokenArtefact, OSError) as error:
            raise CommandError(str(error)) from error
        names = ", ".join(folder.name for folder in folders) or "the safety floor alone"
        self.stdout.write(f"{len(cases)} {'sealed' if options['sealed'] else 'open'} cases, {names}, {policy.version}")
        proposed = propose_levels(cases, answers, policy, ensemble_among(folders))
        self.stdout.write(render(figures([(case.level, level) for case, level in zip(cases, proposed, strict=True)])))
        if options["misses"]:
            for case, level in zip(cases, proposed, strict=True):
                if level != case.level:
                    self.stdout.write(f"{case.id}: {level} ({case.why})")


def answer_cases(cases: Sequence[UrgencyCase], folders: Sequence[Path]) -> Answers:
    """Each model's scores for each case, by kind."""
    answers: list[dict[str, Mapping[str, float] | None]] = [{} for _ in cases]
    for folder in folders:
        kind = read_manifest(folder).kind
        items = [Item(case.text, {"age_years": case.facts.age_years, "sex": case.facts.sex}) for case in cases]
        for own, answer in zip(answers, load_predictor(folder).predict(items), strict=True):
            own[kind] = answer.scores
    return answers


def propose_levels(
    cases: Sequence[UrgencyCase], answers: Answers, policy: Policy, ensemble: Ensemble | None = None
) -> list[Level]:
    """The level that the desk proposes for each case."""
    usual: dict[str, Any] = {condition.id: condition.urgency for condition in load_catalogue().conditions.values()}
    return [propose(case, own, policy, usual, ensemble).urgency for case, own in zip(cases, answers, strict=True)]


def render(found: UrgencyFigures) -> str:
    """The figures as a Markdown table."""
    rows = [
        ("under-triage", str(found.under)),
        ("over-triage", str(found.over)),
        ("at or above the right level", str(found.safe)),
        ("exact level", str(found.exact)),
        ("emergencies found", str(found.emergencies)),
        ("exact on three levels", str(found.three)),
        ("quadratic kappa", f"{found.kappa:.3f}"),
        *((f"recall {level}", str(found.recall[level])) for level in LEVELS),
    ]
    return "\n".join(["| figure | value (cases; 95 % interval) |", "|---|---|", *(f"| {a} | {b} |" for a, b in rows)])
