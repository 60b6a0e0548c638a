"""Make an administrator's account on the machine itself: the first one of a production, or one to get back in with."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from aimass_apps.people.accounts import NameTaken, create_administrator


class Command(BaseCommand):
    help = "Make an administrator's account; prints a password that must be changed at the first sign-in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--name", required=True, help="the name to sign in with")
        parser.add_argument("--full-name", default="", help="first and last name")
        parser.add_argument("--email", default="")

    def handle(self, *args: Any, name: str, full_name: str, email: str, **options: Any) -> None:
        try:
            password = create_administrator(username=name, full_name=full_name, email=email)
        except NameTaken as error:
            raise CommandError(str(error)) from error
        except OperationalError as error:
            raise CommandError("The database does not answer: start the installation with `make run` first.") from error
        self.stdout.write(f"{name} can sign in once with this password, and then chooses their own:")
        self.stdout.write(password)
