"""`manage.py trials --plan P --data DIR --out DIR`: variants of a recipe side by side, as in docs/results/trials.md."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from aimass_apps.learning.data_folder import add_data, data_folder
from aimass_apps.ml.evaluate.card import table
from aimass_apps.ml.fit.console import ConsoleReport
from aimass_apps.ml.fit.progress import Stopped
from aimass_apps.ml.recipe.schema import BadRecipe

HEAD = ("variant", "MB", "mean AUC", "macro-F1", "texts/s, 1 thread (ratio)", "texts/s, 2 threads (ratio)")
FORMATS_HEAD = ("weights", "MB", "mean AUC", "macro-F1", "largest change of a probability")


class Command(BaseCommand):
    help = "Train and measure variants of a BERT recipe on few rows; a stopped trial goes on with the same command."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--plan", type=Path, required=True, help="the variants (TOML)")
        add_data(parser)
        parser.add_argument("--out", type=Path, required=True, help="where artefacts and results are kept")
        parser.add_argument("--only", nargs="+", default=[], help="names of variants to run now")
        parser.add_argument("--time", action="store_true", help="only measure the speed of what was trained")
        parser.add_argument("--formats", metavar="VARIANT", help="only compare weight formats of a variant")

    def handle(self, *args: Any, plan: Path, out: Path, **options: Any) -> None:
        try:
            from aimass_apps.ml.recipe.prepare import prepare
            from aimass_apps.ml.trials import as_rows, judging_rows, read_plan, run_trials, time_variants
        except ModuleNotFoundError as error:
            raise CommandError(f"{error.name} is missing: the training set is needed.") from error
        try:
            with ConsoleReport().listening() as report:
                tried = read_plan(plan)
                prepared = prepare(tried.recipe, data_folder(options["data"]) or Path(), out, report)
                if options["formats"]:
                    from aimass_apps.ml.shrink.weight_formats import compare_formats

                    folder = out / str([each.name for each in tried.variants].index(options["formats"]))
                    rows = compare_formats(tried.recipe, folder, judging_rows(prepared))
                    self.stdout.write(table(FORMATS_HEAD, rows))
                    return
                if options["time"]:
                    results = time_variants(tried, out, [row.text for row in judging_rows(prepared)])
                else:
                    results = run_trials(tried, prepared, out, report, options["only"])
        except Stopped:
            raise CommandError(f"stopped; the same command goes on from {out}") from None
        except BadRecipe as error:
            raise CommandError(str(error)) from error
        self.stdout.write(table(HEAD, as_rows(results)))
