"""`manage.py freeze_dataset`: the reviews of a desk become a dataset that never changes."""

import argparse
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from aimass_apps.learning.datasets import NothingReviewed, freeze_dataset
from aimass_apps.people.commands import add_by, whoever_ran


def _moment(text: str) -> datetime:
    moment = parse_datetime(text)
    if moment is None:
        raise argparse.ArgumentTypeError("write the moment as 2026-01-31T12:00:00Z")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


class Command(BaseCommand):
    help = "Freeze the latest review of every submission of a desk."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--desk", required=True, choices=settings.DESKS)
        parser.add_argument("--until", type=_moment, help="leave out reviews after this moment (default: now)")
        add_by(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            until, by = options["until"] or timezone.now(), whoever_ran(options["by"])
            dataset = freeze_dataset(desk=options["desk"], until=until, by=by)
        except NothingReviewed as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{dataset}: {dataset.size} rows, sha256 {dataset.sha256}")
        self.stdout.write(", ".join(f"{name} {count}" for name, count in dataset.summary["splits"].items()))
