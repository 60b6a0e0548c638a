"""manage.py evaluate --desk D --version FOLDER [--data FILE ...]: how good a model version is, as files."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from aimass_apps.inference.combining import NoMembers
from aimass_apps.learning.evidence import keep_reports
from aimass_apps.learning.live import live_members
from aimass_apps.learning.lookup import NoSuchVersion
from aimass_apps.learning.lookup import find_version as find_installed
from aimass_apps.ml.evaluate.card import BESIDE, beside_tables, table
from aimass_apps.ml.evaluate.evaluation_report import KEPT, compared_table, keep_in_artefact, rivals_among, write_report
from aimass_apps.ml.evaluate.evaluation_tasks import Task, read_tasks, task_for
from aimass_apps.ml.evaluate.measure import measure, open_version
from aimass_apps.ml.recipe.schema import BadRecipe
from aimass_apps.people.commands import add_by, whoever_ran
from aimass_apps.registry.artefacts import STARTERS, BrokenArtefact, Manifest, starters
from aimass_apps.registry.kinds import UnknownKind
from aimass_apps.registry.store import unpack_version


class Command(BaseCommand):
    help = "Measure a model version on test files: JSON, Markdown and pictures, and paired intervals against another."
    requires_system_checks: list[str] = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        # Django's own --version would stand in the way of ours.
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--desk", choices=settings.DESKS, required=True)
        parser.add_argument(
            "--version", required=True, dest="model", help="an artefact folder, a starter or an installed version"
        )
        parser.add_argument(
            "--against",
            nargs="+",
            default=[],
            help="compare with these versions: differences, intervals and McNemar's tests",
        )
        parser.add_argument("--data", type=Path, nargs="+", default=[], help="CSV or JSON lines with a text column")
        parser.add_argument("--task", nargs="+", default=[], help="named tasks without a file, such as functional")
        parser.add_argument(
            "--keep", action="store_true", help="write the metrics into the folder or starter: card, manifest, pictures"
        )
        parser.add_argument("--out", type=Path, default=Path("evaluation"), help="the folder to write")
        add_by(parser)

    def handle(self, *args: Any, desk: str, model: str, data: list[Path], out: Path, **options: Any) -> None:
        try:
            names = dict.fromkeys((model, *options["against"]))
            versions = {name: open_version(find_version(name), _beside(name, desk)) for name in names}
            for task, path in _asked(desk, versions[model].manifest, data, options["task"]):
                report = measure(versions, task, path, project=Path(settings.BASE_DIR), at=timezone.now())
                folder = versions[model].folder
                write_report(report, out, rivals_among([*starters(desk), folder], versions[model].manifest, report))
                self._tell(task, report)
                self._keep(model, folder, report, options)
        except (BrokenArtefact, NoSuchVersion, NoMembers, UnknownKind, BadRecipe, KeyError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"wrote {out}")

    def _tell(self, task: Task, report: Mapping[str, Any]) -> None:
        self.stdout.write(f"{task.name}\n{table(('metric', 'value'), report['figures'].items())}")
        if "compared" in report:
            self.stdout.write(compared_table(report["compared"]))
        if BESIDE in report:
            self.stdout.write(beside_tables(report[BESIDE]))

    def _keep(self, model: str, folder: Path, report: Mapping[str, Any], options: Mapping[str, Any]) -> None:
        """An installed version's page shows what was measured; a folder or starter is changed only when asked."""
        if not _is_folder(model):
            keep_reports(version=find_installed(model), reports=[report], by=whoever_ran(options["by"]))
            self.stdout.write(f"the page of {model} shows it")
        elif options["keep"]:
            keep_in_artefact(folder, [report])
            self.stdout.write(f"wrote card and {KEPT} in {folder}")


def _is_folder(name: str) -> bool:
    return Path(name).is_dir() or (STARTERS / name).is_dir()


def _beside(name: str, desk: str) -> Iterable[Path] | None:
    """What an installed version combines are the live versions; those of a folder its neighbours (None)."""
    return None if _is_folder(name) else live_members(desk)


def find_version(name: str) -> Path:
    """A folder, a starter by name, or an installed version such as `moderation-bert-en-2`. Raises `NoSuchVersion`."""
    if not _is_folder(name):
        return unpack_version(find_installed(name))
    return Path(name) if Path(name).is_dir() else STARTERS / name


def _asked(desk: str, manifest: Manifest, data: list[Path], names: list[str]) -> list[tuple[Task, Path | None]]:
    file = Path(settings.BASE_DIR) / desk / "recipes" / "tasks.toml"
    tasks = read_tasks(file) if file.is_file() else {}
    asked: list[tuple[Task, Path | None]] = [(task_for(path, tasks, tuple(manifest.labels)), path) for path in data]
    return asked + [(tasks[name], None) for name in names]
