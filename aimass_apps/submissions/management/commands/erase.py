"""`manage.py erase`: delete everything that came of one post or one visit, and keep the proof."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from aimass_apps.people.models import User
from aimass_apps.submissions.desk import CannotFind, all_desks
from aimass_apps.submissions.erasing import Held, InUse, erase
from aimass_apps.submissions.models import Erasure

HELD = (
    "Nothing was erased, because frozen datasets hold it: {names}. With --with-datasets these are dropped "
    "whole. Their measurements stay, and a model that learned from them keeps what it learned until it is retrained."
)


class Command(BaseCommand):
    help = "Delete everything that came of one post or visit, on a person's request, and store a proof without text."

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        for finder in (desk.finder for desk in all_desks()):
            which.add_argument(f"--{finder.argument}", metavar=finder.metavar, help=finder.help)
            if finder.within:
                parser.add_argument(f"--{finder.within}", metavar="NAME", help=finder.within_help)
        parser.add_argument(
            "--by", metavar="USER", required=True, help="the user name of the person who carries out the request"
        )
        parser.add_argument(
            "--with-datasets", action="store_true", help="drop frozen datasets that hold it, as a whole"
        )

    def handle(self, *args: Any, by: str, with_datasets: bool, **options: Any) -> None:
        desk = next(each for each in all_desks() if options[each.finder.argument] is not None)
        finder = desk.finder
        within = options[finder.within] if finder.within else None
        try:
            person = User.objects.filter(username=by, is_active=True).first()
            if person is None:
                raise CommandError(f"There is no active account {by!r}: name the one in whose name this is done.")
            name = options[finder.argument]
            done = erase(desk=desk.name, finder=finder, name=name, within=within, by=person, drop_holders=with_datasets)
        except (CannotFind, InUse) as error:
            raise CommandError(str(error)) from error
        except Held as error:
            raise CommandError(HELD.format(names=error)) from error
        except OperationalError as error:
            raise CommandError("The database does not answer: start the installation with `make run` first.") from error
        done.refresh_from_db()
        self.tell(done)

    def tell(self, done: Erasure) -> None:
        self.stdout.write(f"Erased. Proof {done.pk}, {done.at:%Y-%m-%d %H:%M:%S %Z}, by {done.by.username}")
        for table, rows in sorted(done.counts.items()):
            self.stdout.write(f"  {table:32} {rows}")
        self.stdout.write(f"  keyed hash of what it was: {done.subject_hash}")
        if done.dropped:
            self.stdout.write(
                f"Dropped: {', '.join(done.dropped)}. Models that learned from them are to be trained anew."
            )
        self.stdout.write("Backups and what platforms were told lie outside this database and are not reached.")
