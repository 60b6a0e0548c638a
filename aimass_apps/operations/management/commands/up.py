"""`manage.py up`: start everything, say where it is, keep it running until Ctrl-C."""

import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils.translation import gettext as _
from rich.console import Console

from aimass_apps import environment
from aimass_apps.operations import local_llm
from aimass_apps.operations.services.processes import ServiceError, explain_error
from aimass_apps.operations.supervision.installation import Installation
from aimass_apps.people.accounts import create_demo_accounts, has_administrator


class Command(BaseCommand):
    help = "Start PostgreSQL, Valkey, web and workers, and keep them running until Ctrl-C."
    # The database does not run yet when Django would check it.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="", help="address to listen on (HOST, or 127.0.0.1)")

    def handle(self, *args: object, **options: str) -> None:
        self.console = Console(highlight=False)
        self.began = time.monotonic()
        try:
            installation = Installation(
                settings.AIMASS_HOME,
                host=options["host"] or environment.text("HOST"),
                port=environment.port(),
                step=self.step,
                tell=self.tell,
            )
            installation.serve(self.prepare, announce=lambda: self.announce(installation.address))
        except (ServiceError, environment.BadEnvironment) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(explain_error(error, home=settings.AIMASS_HOME)) from error

    def prepare(self) -> None:
        """Bring the database to the present schema, with the models and people that a first start needs."""
        with self.step(_("Bringing the database up to date")):
            call_command("migrate", interactive=False, verbosity=0)
        with self.step(_("Installing the starter models")):
            call_command("install_starters", stdout=StringIO())
        if local_llm.wanted():
            asked = {"model": local_llm.model_name(), "live": "AIMASS_LLM=local", **local_llm.ASKED_SHORTLY}
            call_command("register_llm", stdout=StringIO(), **asked)
        people = self.ask_for_administrator if settings.PRODUCTION else self.make_demo_accounts
        people()
        connections.close_all()

    def make_demo_accounts(self) -> None:
        with self.step(_("Making the demo accounts")):
            made = create_demo_accounts()
        if made:
            self.tell(_("Demo accounts (their passwords are shown this once):"))
            for username, _role, password in made:
                self.tell(f"  {username:18} {password}")

    def ask_for_administrator(self) -> None:
        """In production nobody gets in by an account that this program made up."""
        if not has_administrator():
            self.tell(_("Nobody can sign in yet. Make the first administrator on this machine with:"))
            self.tell("  manage.py create_administrator --name NAME")

    def announce(self, address: str) -> None:
        seconds = time.monotonic() - self.began
        self.console.print(_("[bold green]Ready[/] at %s after %.1f s. Ctrl-C stops everything.") % (address, seconds))

    def tell(self, text: str) -> None:
        self.console.print(text, markup=False, soft_wrap=True)

    @contextmanager
    def step(self, text: str) -> Iterator[None]:
        """Show a step while it runs, and how long it took."""
        began = time.monotonic()
        with self.console.status(f"{text} ..."):
            yield
        self.console.print(f"[green]✓[/] {text} [dim]{time.monotonic() - began:.1f} s[/]", soft_wrap=True)
