"""Make one account for each role and print the passwords, once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from aimass_apps.people.accounts import OnlyForTrying, create_demo_accounts


class Command(BaseCommand):
    help = "Make the six demo accounts; prints the passwords of those that are new."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = create_demo_accounts()
        except OnlyForTrying as error:
            raise CommandError(str(error)) from error
        for username, role, password in made:
            self.stdout.write(f"{username:18} {password:22} {role}")
        if not made:
            self.stdout.write("All demo accounts exist; reset a forgotten password on the page People.")
