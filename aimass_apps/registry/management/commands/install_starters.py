"""`manage.py install_starters`: the shipped model versions go into the database."""

import argparse
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from aimass_apps.people.commands import add_by, whoever_ran
from aimass_apps.registry.artefacts import BrokenArtefact
from aimass_apps.registry.starters import install_starters


class Command(BaseCommand):
    help = "Install the shipped model versions; those without a rival go live. Safe to repeat."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        add_by(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            installed = install_starters(settings.STARTERS_DIR, by=whoever_ran(options["by"]))
        except BrokenArtefact as error:
            raise CommandError(f"A shipped model is damaged ({error}): get the project's files again.") from error
        for each in installed:
            self.stdout.write(f"{each.version}: {'went live' if each.went_live else each.version.stage}")
        if not installed:
            self.stdout.write(f"No starters in {settings.STARTERS_DIR}.")
