"""manage.py train --recipe R --data DIR --out DIR: one artefact from a recipe and its files, without a database."""

import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from aimass_apps.training.console import ConsoleReport
from aimass_apps.training.leaks import Leak
from aimass_apps.training.progress import Stopped
from aimass_apps.training.recipe import BadRecipe
from aimass_apps.training.train import train_recipe


class Command(BaseCommand):
    help = "Train a model version from a recipe; an interrupted training goes on from its checkpoint."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--recipe", type=Path, required=True, help="the recipe (TOML)")
        parser.add_argument("--data", type=Path, help="where the recipe's files are (or AIMASS_DATA)")
        parser.add_argument("--out", type=Path, required=True, help="the artefact folder to write")

    def handle(self, *args: Any, recipe: Path, data: Path | None, out: Path, **options: Any) -> None:
        where = data or Path(os.environ.get("AIMASS_DATA", "."))
        try:
            folder = train_recipe(recipe, where, out, ConsoleReport().listen())
        except Stopped:
            raise CommandError(f"stopped; the same command goes on from {out}.work") from None
        except (BadRecipe, Leak) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"wrote {folder}")
