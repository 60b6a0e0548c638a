"""`manage.py demo`: what every desk has to show before real work comes; `--wipe` removes them."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from aimass_apps.operations.demo import load_demo, wipe_demo
from aimass_apps.people.accounts import OnlyForTrying
from aimass_apps.submissions.desk import CantLoadDemo


class Command(BaseCommand):
    help = "Feed every desk's invented texts to a running installation, or wipe them."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--wipe", action="store_true", help="remove what the demo brought, and all that came of it")

    def handle(self, *args: Any, wipe: bool, **options: Any) -> None:
        try:
            done = wipe_demo() if wipe else load_demo()
        except OperationalError as error:
            raise CommandError("The database does not answer: start the installation with `make run` first.") from error
        except (CantLoadDemo, OnlyForTrying) as error:
            raise CommandError(str(error)) from error
        verb = "Removed" if wipe else "Fed"
        self.stdout.write(f"{verb} {', '.join(f'{number} {noun}' for noun, number in done.items())}.")
