"""`manage.py search --recipe R --data DIR --out NEW.toml`: better settings for a recipe, found on few of its rows."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from aimass_apps.learning.data_folder import add_data, data_folder
from aimass_apps.ml.fit.console import ConsoleReport
from aimass_apps.ml.fit.progress import Stopped
from aimass_apps.ml.recipe.schema import BadRecipe, read_recipe


class Command(BaseCommand):
    help = "Try settings of a BERT recipe on few rows and write a recipe with the best; Ctrl-C keeps the best so far."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--recipe", type=Path, required=True, help="the recipe to start from (TOML)")
        add_data(parser)
        parser.add_argument("--out", type=Path, required=True, help="the recipe file to write")
        parser.add_argument(
            "--trials", type=int, default=20, help="number of trials in all, those of earlier calls included"
        )
        parser.add_argument("--rows", type=int, default=5000, help="training rows for each trial")

    def handle(self, *args: Any, recipe: Path, out: Path, trials: int, rows: int, **options: Any) -> None:
        try:
            from aimass_apps.ml.recipe.prepare import prepare
            from aimass_apps.ml.search import best_so_far, search, write_found
        except ModuleNotFoundError as error:
            raise CommandError(f"{error.name} is missing: the training set is needed.") from error
        work = out.with_name(out.name + ".work")
        try:
            with ConsoleReport().listening() as report:
                plan = read_recipe(recipe)
                if plan.kind != "bert":
                    raise CommandError(f"{recipe} trains no BERT: only those are searched.")
                try:
                    data = data_folder(options["data"]) or Path()
                    found = search(
                        plan, prepare(plan, data, work, report).splits, work, report, trials=trials, rows=rows
                    )
                except Stopped:
                    found = best_so_far(plan, work, rows)
            if found is None:
                raise CommandError(f"stopped before a trial ended; the same command goes on from {work}")
            write_found(plan, found, out, rows)
        except BadRecipe as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"wrote {out}: score {found.score:.4f}, {found.recipe_score:.4f} with the recipe's own settings; "
            f"{found.trials} trials, {found.cut} cut short. {work} keeps them."
        )
