"""`manage.py promote moderation-bert-en-2 --to live --reason "..."`: through the gates, or not at all."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from aimass_apps.learning.lookup import NoSuchVersion, find_version
from aimass_apps.learning.promotion import AlreadyAsked, BadShare, GateRefused, NoReason, promote
from aimass_apps.people.commands import add_by, whoever_ran
from aimass_apps.registry.models import Stage
from aimass_apps.registry.stages import WrongStage


class Command(BaseCommand):
    help = "Move a model version towards live. Every gate's verdict is printed and kept."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("version", help="for example moderation-bert-en-2")
        parser.add_argument("--to", default=Stage.LIVE, choices=[Stage.SHADOW, Stage.CANARY, Stage.LIVE, Stage.RETIRED])
        parser.add_argument("--share", type=float, help="the canary's share of posts, such as 0.1")
        parser.add_argument("--reason", default="", help="the reason; required with --without-evidence")
        parser.add_argument(
            "--without-evidence", action="store_true", help="move it without frozen reviews that show how good it is"
        )
        add_by(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        by_itself = "" if options["without_evidence"] else "promoted from the command line"
        try:
            promotion = promote(
                version=find_version(options["version"]),
                to=Stage(options["to"]),
                by=whoever_ran(options["by"]),
                reason=options["reason"] or by_itself,
                canary_share=options["share"],
                without_evidence=options["without_evidence"],
            )
        except (NoSuchVersion, WrongStage, BadShare, AlreadyAsked, NoReason) as error:
            raise CommandError(str(error)) from error
        except GateRefused as error:
            raise CommandError(f"Held back: {error}") from error
        except KeyboardInterrupt:
            raise CommandError("Interrupted: the request is withdrawn, nothing has moved.") from None
        for gate in promotion.gates:
            self.stdout.write(f"{'warning' if gate['warning'] else 'passed'}  {gate['name']}: {gate['detail']}")
        self.stdout.write(f"{promotion.version} is now {options['to']}.")
