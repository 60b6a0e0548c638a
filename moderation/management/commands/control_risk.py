"""manage.py control_risk: from which scores a machine may decide by itself so that few of its decisions are wrong."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from aimass_apps.learning.lookup import NoSuchVersion, find_version
from aimass_apps.ml.evaluate.card import table
from aimass_apps.ml.recipe.schema import BadRecipe
from aimass_apps.ml.risk import Case, Control, control
from aimass_apps.people.commands import add_by, whoever_ran
from aimass_apps.people.models import User
from aimass_apps.registry.artefacts import BrokenArtefact
from aimass_apps.registry.kinds import UnknownKind
from aimass_apps.registry.models import ModelVersion
from moderation.decide import VersionAnswer
from moderation.operating_point import OPERATING_POINTS, limits_of, rules_at
from moderation.policy_revisions import policy_file, revise_policy, withdraw_revision
from moderation.risk_cases.labelled import labelled_cases
from moderation.risk_cases.reviewed import reviewed_cases


class Command(BaseCommand):
    help = "Find how far a version may clear and remove posts by itself: errors at most alpha, confidence 1 - delta."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        # Django's own --version would stand in the way of ours.
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--version", dest="model", help="an installed version, such as moderation-bert-en-1")
        source = parser.add_mutually_exclusive_group()
        source.add_argument("--reviews", action="store_true", help="from this site's own reviews (the default)")
        source.add_argument("--data", type=Path, help="from a labelled file, a fair sample of this site's posts")
        source.add_argument("--withdraw", action="store_true", help="go back to the policy file alone")
        parser.add_argument("--alpha", type=float, default=0.02, help="the largest share of errors (0.02)")
        parser.add_argument("--delta", type=float, default=0.05, help="1 - the confidence (0.05)")
        parser.add_argument("--apply", action="store_true", help="put what was found into force as a policy revision")
        add_by(parser)

    def handle(self, *args: Any, model: str | None, alpha: float, delta: float, **options: Any) -> None:
        by = whoever_ran(options["by"])
        if options["withdraw"]:
            self.stdout.write(f"The policy file alone holds again ({withdraw_revision(by=by)}).")
            return
        if not model or not (0 < alpha < 1 and 0 < delta < 1):
            raise CommandError("Name a --version; --alpha and --delta lie between 0 and 1.")
        try:
            version = find_version(model)
            cases = labelled_cases(version, options["data"]) if options["data"] else _reviewed(version)
        except (NoSuchVersion, BrokenArtefact, UnknownKind, BadRecipe) as error:
            raise CommandError(str(error)) from error
        found = {side: control(each, OPERATING_POINTS, alpha=alpha, delta=delta) for side, each in cases.items()}
        for side, outcome in found.items():
            self._tell(side, outcome, len(cases[side]))
        if options["apply"]:
            self._apply(version, found, str(options["data"] or "reviews"), by)

    def _tell(self, side: str, found: Control, cases: int) -> None:
        self.stdout.write(
            f"\n{side}: {cases} cases, {found.cases} of them used for the test (at least {found.needed} are needed)"
        )
        rows = [
            (each.operating_point, each.cases, each.errors, round(each.bound(found.delta), 4), round(each.share, 4))
            for each in found.settings
        ]
        if rows:
            self.stdout.write(
                table(("operating point", "automatic cases", "errors", "at most", "share of posts"), rows)
            )
        if found.chosen is None:
            self.stdout.write(f"No operating point is shown to keep errors at most {found.alpha:g}.")
        else:
            self.stdout.write(
                f"Up to operating point {found.chosen.operating_point:g}: errors at most {found.alpha:g}."
            )

    def _apply(self, version: ModelVersion, found: dict[str, Control], source: str, by: User) -> None:
        chosen = {side: each.chosen.operating_point if each.chosen else None for side, each in found.items()}
        limits = limits_of(_answer(version, dict.fromkeys(version.labels, 0.0)), policy_file())
        rules = rules_at(limits, **chosen)
        if not rules:
            raise CommandError("No operating point keeps errors that rare, so the policy stays as it is.")
        evidence = {side: _evidence(each) for side, each in found.items() if each.chosen} | {"source": source}
        revision = revise_policy(versions={str(version): rules}, evidence={str(version): evidence}, by=by)
        self.stdout.write(f"Policy {revision} is in force; `control_risk --withdraw` goes back to the file.")


def _evidence(found: Control) -> dict[str, float]:
    assert found.chosen is not None  # noqa: S101 - only what was shown becomes evidence
    chosen = found.chosen
    return {
        "alpha": found.alpha,
        "delta": found.delta,
        "dial": chosen.operating_point,
        "cases": chosen.cases,
        "errors": chosen.errors,
        "share": round(chosen.share, 4),
    }


def _reviewed(version: ModelVersion) -> dict[str, list[Case]]:
    found = reviewed_cases(version)
    return {"clear": found.clear, "act": found.act}


def _answer(version: ModelVersion, scores: dict[str, float]) -> VersionAnswer:
    return VersionAnswer(str(version), version.kind, scores, version.thresholds, language=version.language)
