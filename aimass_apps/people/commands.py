"""Who it was that ran a command which changes something."""

import argparse

from django.core.management.base import CommandError

from aimass_apps.people.accounts import SYSTEM, NoSuchPerson, person_named
from aimass_apps.people.models import User


def add_by(parser: argparse.ArgumentParser) -> None:
    """The option `--by`, to be read with `whoever_ran`."""
    parser.add_argument(
        "--by", metavar="NAME", default=SYSTEM, help="the user name of the person who runs this (default: system)"
    )


def whoever_ran(by: str) -> User:
    """The person to be written down. Raises `CommandError` when nobody has that name."""
    try:
        return person_named(by)
    except NoSuchPerson as error:
        raise CommandError(str(error)) from error
