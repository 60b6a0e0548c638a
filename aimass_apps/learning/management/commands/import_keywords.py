"""manage.py import_keywords FILE ... --out DIR: a keyword version from published or own word lists."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from aimass_apps.inference.kinds.keywords.desk_labels import desk_labels, desks
from aimass_apps.inference.kinds.keywords.predictor import BadWordList
from aimass_apps.ml.fit.word_lists import write_word_lists


class Command(BaseCommand):
    help = "Make a keyword version from word lists (text, one term a line, or CSV with a column term, text or word)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", type=Path, nargs="+")
        parser.add_argument("--out", type=Path, required=True, help="the artefact folder to write")
        parser.add_argument("--desk", choices=desks(), default=next(iter(desks()), None))
        parser.add_argument("--language", default="en", choices=("en", "zh", "any"))
        parser.add_argument("--label", default="", help="for terms whose file names no label or category")
        parser.add_argument("--severity", type=int, default=2, choices=(1, 2, 3), help="for terms without one")
        parser.add_argument("--licence", default="not stated", help="the licence of the lists, for the model card")

    def handle(self, *args: Any, files: list[Path], out: Path, licence: str, **options: Any) -> None:
        chosen = {name: options[name] for name in ("desk", "language", "label", "severity")}
        chosen["label"] = chosen["label"] or desk_labels(options["desk"]).otherwise
        try:
            count = write_word_lists(dict.fromkeys(files, licence), out, **chosen)
        except BadWordList as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from error
        self.stdout.write(f"wrote {count} terms to {out}")
