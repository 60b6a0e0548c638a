"""manage.py evaluate_urgency: how good the proposed urgency is on the project's own cases, with and without models."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from aimass_apps.inference.combining import readers_among
from aimass_apps.inference.kinds.ensemble.predictor import Ensemble, ensemble_among
from aimass_apps.inference.predictor import Item, load_predictor
from aimass_apps.registry.artefacts import STARTERS, BrokenArtefact, read_manifest, starters
from triage.decide import Outcome, Policy, Source, UnusablePolicy, load_policy
from triage.evaluation import judged
from triage.evaluation.judged import JudgedCase, judged_metrics, read_judged
from triage.evaluation.urgency import (
    SETS,
    ThreeLevelMetrics,
    UrgencyCase,
    UrgencyMetrics,
    Vignette,
    Visit,
    propose,
    read_cases,
    read_vignettes,
    three_level_metrics,
    urgency_metrics,
)
from triage.knowledge.load import usual_urgencies
from triage.levels import LEVELS
from triage.policy import DEFAULT
from triage.urgency.predictor import UrgencyLayer, layer_among

Answers = Sequence[Mapping[Source, Mapping[str, float] | None]]


class Command(BaseCommand):
    help = "Under-triage, over-triage, exact level and emergencies found, on the project's own urgency cases."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--cases", choices=[*SETS, "all", "vignettes", *judged.SETS], default="all", help="which cases"
        )
        parser.add_argument("--models", type=Path, default=STARTERS, help="a folder of model versions")
        parser.add_argument("--policy", type=Path, default=DEFAULT, help="a policy file")
        parser.add_argument("--floor-only", action="store_true", help="the safety floor without any model")
        parser.add_argument("--sealed", action="store_true", help="the sealed part, which is for one final run")
        parser.add_argument("--whole", action="store_true", help="open and sealed part, totals only")
        parser.add_argument("--misses", action="store_true", help="list each open case whose level differs")

    def handle(self, *args: Any, models: Path, **options: Any) -> None:
        parts = (False, True) if options["whole"] else (options["sealed"],)
        part = "all" if options["whole"] else "sealed" if options["sealed"] else "open"
        try:
            policy = load_policy(options["policy"])
            visits = read_visits(options["cases"], parts)
            folders = [] if options["floor_only"] else starters("triage", models)
            answers = answer_cases(visits, readers_among(folders))
        except (UnusablePolicy, BrokenArtefact, OSError) as error:
            raise CommandError(str(error)) from error
        names = ", ".join(folder.name for folder in folders) or "the safety floor alone"
        self.stdout.write(f"{len(visits)} {part} cases ({options['cases']}), {names}, {policy.version}")
        outcomes = propose_all(visits, answers, policy, ensemble_among(folders), layer_among(folders))
        self.stdout.write(render(visits, outcomes))
        # What a sealed case got is not shown: it would be tuned for.
        if options["misses"] and part == "open":
            self.stdout.write("\n".join(misses(visits, outcomes)))


def read_visits(name: str, parts: Sequence[bool]) -> list[Visit]:
    """The cases of a set, of all sets, or the vignettes; `parts` says sealed or not."""
    if name in judged.SETS:
        return [*read_judged(judged.FOLDER / judged.SETS[name], parts)]
    if name == "vignettes":
        return [vignette for sealed in parts for vignette in read_vignettes(sealed=sealed)]
    paths = SETS.values() if name == "all" else [SETS[name]]
    return [case for path in paths for sealed in parts for case in read_cases(sealed=sealed, path=path)]


def answer_cases(visits: Sequence[Visit], folders: Sequence[Path]) -> Answers:
    """Each version's scores for each case."""
    answers: list[dict[Source, Mapping[str, float] | None]] = [{} for _ in visits]
    items = [Item(visit.text, visit.told) for visit in visits]
    for folder in folders:
        manifest = read_manifest(folder)
        source = Source(folder.name, manifest.kind, manifest.language)
        for own, answer in zip(answers, load_predictor(folder).predict(items), strict=True):
            own[source] = answer.scores
    return answers


def propose_all(
    visits: Sequence[Visit],
    answers: Answers,
    policy: Policy,
    ensemble: Ensemble | None = None,
    layer: UrgencyLayer | None = None,
) -> list[Outcome]:
    """What the desk proposes for each case."""
    return [
        propose(visit, own, policy, usual_urgencies(), ensemble, layer)
        for visit, own in zip(visits, answers, strict=True)
    ]


def misses(visits: Sequence[Visit], outcomes: Sequence[Outcome]) -> Iterator[str]:
    """A line for each case that is proposed otherwise than its author judged."""
    for visit, outcome in zip(visits, outcomes, strict=True):
        if isinstance(visit, JudgedCase) and outcome.urgency in visit.acceptable:
            continue
        if outcome.urgency != getattr(visit, "level", None) and outcome.three_levels != getattr(visit, "three", None):
            yield f"{visit.id}: {outcome.urgency} ({visit.why})"


def render(visits: Sequence[Visit], outcomes: Sequence[Outcome]) -> str:
    """The metrics as a Markdown table."""
    both = list(zip(visits, outcomes, strict=True))
    fives = [(visit.level, outcome.urgency) for visit, outcome in both if isinstance(visit, UrgencyCase)]
    threes = [(visit.three, outcome.three_levels) for visit, outcome in both if isinstance(visit, Vignette)]
    cases = [(visit, outcome) for visit, outcome in both if isinstance(visit, JudgedCase)]
    if cases:
        rows = _judged_rows(*zip(*cases, strict=True))
    else:
        rows = _five_rows(urgency_metrics(fives)) if fives else _three_rows(three_level_metrics(threes))
    return "\n".join(["| metric | value (cases; 95 % interval) |", "|---|---|", *(f"| {a} | {b} |" for a, b in rows)])


def _five_rows(found: UrgencyMetrics) -> list[tuple[str, str]]:
    return [
        ("under-triage", str(found.under)),
        ("over-triage", str(found.over)),
        ("at or above the right level", str(found.safe)),
        ("exact level", str(found.exact)),
        ("emergencies found", str(found.emergencies)),
        ("exact on three levels", str(found.three)),
        ("quadratic kappa", f"{found.kappa:.3f}"),
        *((f"recall {level}", str(found.recall[level])) for level in LEVELS),
    ]


def _judged_rows(cases: Sequence[JudgedCase], outcomes: Sequence[Outcome]) -> list[tuple[str, str]]:
    found = judged_metrics(cases, outcomes)
    return [
        ("emergencies at least very urgent", str(found.emergencies)),
        *([("immediate called immediate", str(found.immediate))] if found.immediate.of else []),
        ("under every acceptable level", str(found.under)),
        ("over every acceptable level", str(found.over)),
        ("self-care called self-care", str(found.self_care)),
        ("exact level", str(found.exact)),
        ("quadratic kappa", f"{found.kappa:.3f}"),
        ("first condition", str(found.first)),
        ("condition in the first three", str(found.in_three)),
    ]


def _three_rows(found: ThreeLevelMetrics) -> list[tuple[str, str]]:
    return [
        ("exact on three levels", str(found.exact)),
        ("at or above the right level", str(found.safe)),
        ("emergencies found", str(found.emergencies)),
    ]
