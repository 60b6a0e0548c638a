"""manage.py evaluate_symptom2disease: what models trained there reach, and what the shipped ones answer."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from aimass_apps.learning.data_folder import add_data, data_folder
from aimass_apps.ml.evaluate.card import table
from aimass_apps.ml.fit.console import ConsoleReport
from aimass_apps.ml.fit.progress import Stopped
from aimass_apps.ml.recipe.schema import BadRecipe, read_recipe
from aimass_apps.registry.artefacts import STARTERS, BrokenArtefact
from aimass_apps.registry.kinds import UnknownKind

RECIPES = Path(__file__).parents[2] / "evaluation"
GROUPED, PURGED, RANDOM = SPLITS = ("grouped", "purged", "random")
SHIPPED = [STARTERS / f"triage-{kind}-any" for kind in ("svm", "bert", "bayes", "ensemble")]


class Command(BaseCommand):
    help = "Cross-validation on symptom2disease, without near-duplicates and at random; finished folds are kept."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        add_data(parser)
        parser.add_argument(
            "--recipe", choices=("svm", "bert", "tuned"), nargs="*", default=["svm", "bert"], help="what to train"
        )
        parser.add_argument("--split", choices=SPLITS, nargs="*", default=list(SPLITS), help="how the folds are cut")
        parser.add_argument("--fold", type=int, nargs="*", default=[], help="some of the five folds, from 1")
        parser.add_argument("--shipped", type=Path, nargs="*", default=SHIPPED, help="version folders to compare with")
        parser.add_argument(
            "--out", type=Path, default=Path("build/symptom2disease"), help="where the results of folds are kept"
        )

    def handle(self, *args: Any, data: Path | None, out: Path, **options: Any) -> None:
        from aimass_apps.ml.evaluate.grouped_folds import folds, near_duplicate_groups, purged_folds
        from triage.evaluation import symptom2disease as task

        found: dict[str, dict[str, float | int]] = {}
        try:
            with ConsoleReport().listening() as report:
                recipes = {name: read_recipe(RECIPES / f"symptom2disease-{name}.toml") for name in options["recipe"]}
                where = data_folder(data) or Path()
                texts, named = task.read_rows(read_recipe(RECIPES / "symptom2disease-svm.toml"), where)
                groups = near_duplicate_groups(texts)
                for name, recipe in recipes.items():
                    for split in options["split"]:
                        how: dict[str, Any] = {"count": task.FOLDS, "seed": recipe.seed}
                        plan = list(
                            purged_folds(texts, named, **how)
                            if split == PURGED
                            else folds(named, groups if split == GROUPED else None, **how)
                        )
                        answers: dict[int, str] = {}
                        for number in options["fold"] or range(1, task.FOLDS + 1):
                            work = out / f"{name}-{split}-{number}"
                            answers |= task.answer_fold(recipe, texts, named, plan[number - 1], work, report)
                        found[f"{name} trained here, {split}"] = task.task_metrics(named, answers, groups)
                for folder in options["shipped"]:
                    found[f"{folder.name}, shipped"] = task.shipped_metrics(folder, texts, named, groups)
        except Stopped:
            raise CommandError("stopped; the same command goes on") from None
        except (BadRecipe, BrokenArtefact, UnknownKind) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{len(texts)} texts in {len(set(groups.tolist()))} groups of near-duplicates")
        self.stdout.write(render(found))


def render(found: Mapping[str, Mapping[str, float | int]]) -> str:
    """The metrics of each model as a Markdown table."""
    names = list(dict.fromkeys(name for each in found.values() for name in each))
    return table(("model", *names), [(model, *(each.get(name, "") for name in names)) for model, each in found.items()])
