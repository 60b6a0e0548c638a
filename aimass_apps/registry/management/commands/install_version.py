"""`manage.py install_version FOLDER`: a trained artefact goes into the database as a candidate."""

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from aimass_apps.people.commands import add_by, whoever_ran
from aimass_apps.registry.artefacts import BrokenArtefact
from aimass_apps.registry.store import install_version


class Command(BaseCommand):
    help = "Install an artefact folder as a candidate. The same artefact is installed once."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="what `manage.py train` wrote")
        add_by(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            version = install_version(folder=options["folder"], by=whoever_ran(options["by"]))
        except BrokenArtefact as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{version} ({version.stage})")
