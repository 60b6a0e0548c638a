"""`manage.py train --recipe R --data DIR --out DIR`: one artefact from a recipe, its files and perhaps reviews."""

from argparse import ArgumentParser
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from aimass_apps.learning.data_folder import add_data, data_folder
from aimass_apps.ml.fit import processes
from aimass_apps.ml.fit.console import ConsoleReport
from aimass_apps.ml.fit.progress import Report, Stopped, silent
from aimass_apps.ml.recipe.schema import BadRecipe
from aimass_apps.people.commands import add_by, whoever_ran
from aimass_apps.people.models import User
from aimass_apps.registry.artefacts import BrokenArtefact


class Command(BaseCommand):
    help = "Train a model version from a recipe; an interrupted training goes on from its checkpoint."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--recipe", type=Path, required=True, help="the recipe (TOML)")
        add_data(parser)
        parser.add_argument("--dataset", help="a frozen dataset whose reviews are trained on too, e.g. moderation-3")
        parser.add_argument("--out", type=Path, required=True, help="the artefact folder to write")
        parser.add_argument("--install", action="store_true", help="put the result into the database as a candidate")
        add_by(parser)

    def handle(self, *args: Any, recipe: Path, out: Path, **options: Any) -> None:
        by = whoever_ran(options["by"]) if options["install"] and processes.is_first() else None
        try:
            from aimass_apps.ml.recipe.leaks import Leak
        except ModuleNotFoundError as error:
            raise CommandError(
                f"{error.name} is missing: the training set, which `make run` installs in the background, is needed."
            ) from error
        # Of several processes the first one speaks and stops; the launcher ends the others with it.
        try:
            with ConsoleReport().listening() if processes.is_first() else nullcontext(silent) as report:
                if options["dataset"]:
                    folder = self._train_on_reviews(recipe, out, options, report)
                else:
                    from aimass_apps.ml.fit.train import train_recipe

                    folder = train_recipe(recipe, data_folder(options["data"]) or Path(), out, report)
        except Stopped:
            raise CommandError(f"stopped; the same command goes on from {out}.work") from None
        except (BadRecipe, Leak, BrokenArtefact) as error:
            raise CommandError(str(error)) from error
        if processes.is_first():
            self._tell(folder, by)

    def _tell(self, folder: Path, by: User | None) -> None:
        self.stdout.write(f"wrote {folder}")
        if by:
            from aimass_apps.registry.store import install_version

            self.stdout.write(f"installed as {install_version(folder=folder, by=by)}")

    def _train_on_reviews(self, recipe: Path, out: Path, options: dict[str, Any], report: Report) -> Path:
        """Imported here: a training from files alone needs no database."""
        from aimass_apps.learning.lookup import NoSuchDataset, find_dataset
        from aimass_apps.learning.reviews import TooFewRows
        from aimass_apps.learning.runs import train_on_reviews

        try:
            dataset = find_dataset(options["dataset"])
            return train_on_reviews(recipe, dataset, out, report, data=data_folder(options["data"]))
        except (NoSuchDataset, TooFewRows) as error:
            raise CommandError(str(error)) from error
