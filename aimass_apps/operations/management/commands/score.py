"""manage.py score --desk D --input x.jsonl --output y.jsonl: score a file without a database or services."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from aimass_apps.inference.scoring import NoModels, load_versions, score_lines
from aimass_apps.registry.artefacts import STARTERS, BrokenArtefact
from aimass_apps.submissions.desk import LineScorer, desk_of


class Command(BaseCommand):
    help = "Score a JSON-lines file with the starters, or with the versions in --models, and a policy file."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--desk", choices=settings.DESKS, required=True)
        parser.add_argument("--input", type=Path, required=True, help="one JSON object a line, with id and text")
        parser.add_argument("--output", type=Path, required=True, help="one JSON object a line, in input order")
        parser.add_argument("--policy", type=Path, help="a policy file instead of the default one")
        parser.add_argument("--models", type=Path, default=STARTERS, help="a folder of model versions")

    def handle(self, *args: Any, desk: str, input: Path, output: Path, **options: Any) -> None:  # noqa: A002 - the option's name
        try:
            versions = load_versions(desk, options["models"])
            judge = desk_of(desk).line_scorer(options["policy"], options["models"])
            failed = _score(input, output, judge, versions)
        except (NoModels, BrokenArtefact, ValueError) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from error
        self.stderr.write(f"wrote {output}" + (f"; {failed} lines have an error" if failed else ""))


def _score(source: Path, target: Path, desk: LineScorer, versions: Any) -> int:
    """Stream `source` to `target`; how many lines had an error."""
    failed = 0
    columns = (TextColumn("scoring"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeRemainingColumn())
    with (
        source.open("rb") as raw,
        target.open("w", encoding="utf-8") as out,
        Progress(*columns, console=Console(stderr=True)) as progress,
    ):
        bar = progress.add_task("scoring", total=max(1, source.stat().st_size))
        results = score_lines(_lines(raw), desk, versions, lambda done: progress.update(bar, completed=raw.tell()))
        for result in results:
            failed += "error" in result
            out.write(json.dumps(result, ensure_ascii=False) + "\n")
        progress.update(bar, completed=progress.tasks[0].total)
    return failed


def _lines(raw: Any) -> Iterator[str]:
    """Lines as text; bytes that are not UTF-8 spoil their own line only."""
    for line in iter(raw.readline, b""):
        try:
            yield line.decode("utf-8")
        except UnicodeDecodeError:
            yield "(not UTF-8)"
