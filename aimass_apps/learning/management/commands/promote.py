"""`manage.py promote moderation-bert-en-2 --to live --reason "..."`: through the gates, or not at all."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from aimass_apps.learning.lookup import NoSuchVersion, find_version
from aimass_apps.learning.promotion import BadShare, HeldBack, promote
from aimass_apps.registry.models import Stage
from aimass_apps.registry.stages import WrongStage


class Command(BaseCommand):
    help = "Move a model version towards live. Every gate's verdict is printed and kept."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("version", help="for example moderation-bert-en-2")
        parser.add_argument("--to", default=Stage.LIVE, choices=[Stage.SHADOW, Stage.CANARY, Stage.LIVE, Stage.RETIRED])
        parser.add_argument("--share", type=float, help="the canary's share of posts, such as 0.1")
        parser.add_argument("--reason", default="promoted from the command line")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            wish = promote(
                version=find_version(options["version"]),
                to=Stage(options["to"]),
                by=None,
                reason=options["reason"],
                canary_share=options["share"],
            )
        except (NoSuchVersion, WrongStage, BadShare) as error:
            raise CommandError(str(error)) from error
        except HeldBack as error:
            raise CommandError(f"Held back: {error}") from error
        for gate in wish.gates:
            self.stdout.write(f"{'warning' if gate['warning'] else 'passed'}  {gate['name']}: {gate['detail']}")
        self.stdout.write(f"{wish.version} is now {options['to']}.")
