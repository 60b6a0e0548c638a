"""`manage.py roll_back --desk moderation --kind bert --language en`: the version before is live again at once."""

import argparse
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from aimass_apps.learning.promotion import NothingToRollBack, roll_back
from aimass_apps.people.commands import add_by, whoever_ran
from aimass_apps.registry.kinds import all_kinds
from aimass_apps.registry.stages import WrongStage


class Command(BaseCommand):
    help = "Put the model version that was live before back in its place."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--desk", required=True, choices=settings.DESKS)
        parser.add_argument("--kind", required=True, choices=[kind.key for kind in all_kinds()])
        parser.add_argument("--language", default="any")
        parser.add_argument("--reason", default="rolled back from the command line")
        add_by(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            change = roll_back(
                desk=options["desk"],
                kind=options["kind"],
                language=options["language"],
                by=whoever_ran(options["by"]),
                reason=options["reason"],
            )
        except (NothingToRollBack, WrongStage) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{change.version} is live again; {change.replaced} is retired.")
