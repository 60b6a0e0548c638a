"""Accounts of people: made, changed and switched off by an administrator, who never learns a lasting password."""

import logging
import secrets

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from aimass_apps.people.models import User
from aimass_apps.people.roles import Role

log = logging.getLogger(__name__)
# No 0/o, 1/l/i: the password is read from one screen and typed at another.
SYSTEM = "system"  # stands in the records for who started a command and named nobody
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


class NoSuchPerson(LookupError):
    """Nobody has this user name."""


class LastAdministrator(ValueError):
    """The change would leave nobody who can manage people."""

    message = _("This is the last active administrator: make someone else administrator first.")


class OnlyForTrying(RuntimeError):
    """Demo accounts and demo data have no place in production."""

    def __init__(self) -> None:
        super().__init__(
            "AIMASS_ENV=production takes no demo accounts and no demo data. The first administrator is made by "
            "`manage.py create_administrator --name NAME`; all other accounts are made on the page People."
        )


class NameTaken(ValueError):
    """Somebody has this user name, or it can't be one; the message says which."""


def person_named(username: str = SYSTEM) -> User:
    """The person of this user name; `system`, which can't sign in, is made when it is first asked for.

    Raises `NoSuchPerson`.
    """
    if username == SYSTEM:
        defaults = {"role": Role.ML_ENGINEER, "is_active": False, "password": make_password(None)}
        return User.objects.get_or_create(username=SYSTEM, defaults=defaults)[0]
    person = User.objects.filter(username=username).first()
    if person is None:
        raise NoSuchPerson(f"Nobody here has the user name {username!r}: --by takes that of an account.")
    return person


def everybody() -> QuerySet[User]:
    """All people: `system` is none, and nobody may let it in."""
    return User.objects.exclude(username=SYSTEM)


def new_password() -> str:
    """Four groups of four, e.g. `k7mp-3xqd-9rwt-h4vz`: 79 bits."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))


def add_person(*, by: User | None, username: str, full_name: str, email: str, role: str) -> tuple[User, str]:
    """Make an account with a password to be shown once; the person chooses their own at the first sign-in."""
    password = new_password()
    first, _space, last = full_name.strip().partition(" ")
    person = User(username=username, first_name=first, last_name=last.strip(), email=email, role=role)
    person.password_is_temporary = True
    person.set_password(password)
    person.save()
    log.info("person %s added as %s by %s", person.pk, role, by and by.pk)
    return person, password


def create_administrator(*, username: str, full_name: str, email: str) -> str:
    """Make an administrator's account from the machine itself; returns the one-time password. Raises `NameTaken`."""
    person = User(username=username, email=email, role=Role.ADMINISTRATOR)
    try:
        person.clean_fields(exclude=["password"])
        person.validate_unique()
    except ValidationError as error:
        raise NameTaken(" ".join(error.messages)) from error
    return add_person(by=None, username=username, full_name=full_name, email=email, role=Role.ADMINISTRATOR)[1]


def has_administrator() -> bool:
    """Whether anybody can manage people."""
    return User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exists()


def refuse_in_production() -> None:
    """Raises `OnlyForTrying`."""
    if settings.PRODUCTION:
        raise OnlyForTrying


def change_person(*, person: User, by: User, full_name: str, email: str, role: str) -> None:
    """Change name, address and role. Raises `LastAdministrator`."""
    with transaction.atomic():
        if role != Role.ADMINISTRATOR:
            _keep_an_administrator(person)
        first, _space, last = full_name.strip().partition(" ")
        person.first_name, person.last_name = first, last.strip()
        person.email, person.role = email, role
        person.save(update_fields=["first_name", "last_name", "email", "role"])
    log.info("person %s changed to role %s by %s", person.pk, role, by.pk)


def switch_person(*, person: User, by: User, active: bool) -> None:
    """Let a person in or shut them out; open sessions of a shut-out person end with their next request.

    Raises `LastAdministrator`.
    """
    with transaction.atomic():
        if not active:
            _keep_an_administrator(person)
        User.objects.filter(pk=person.pk).update(is_active=active)
    person.is_active = active
    log.info("person %s switched %s by %s", person.pk, "on" if active else "off", by.pk)


def reset_password(*, person: User, by: User) -> str:
    """A new password to be shown once; every session of the person ends."""
    password = new_password()
    person.set_password(password)
    person.password_is_temporary = True
    person.save(update_fields=["password", "password_is_temporary"])
    log.info("password of person %s reset by %s", person.pk, by.pk)
    return password


def create_demo_accounts() -> list[tuple[str, str, str]]:
    """One account for each role, named like the role, with a generated password.

    Returns (username, role, password) of the accounts made now; a second call makes and returns nothing.
    Raises `OnlyForTrying` in production.
    """
    refuse_in_production()
    made = []
    for role in Role.values:
        person, new = User.objects.get_or_create(
            username=role, defaults={"role": role, "first_name": str(Role(role).label)}
        )
        if new:
            password = new_password()
            person.set_password(password)
            person.save(update_fields=["password"])
            made.append((role, role, password))
    return made


def _keep_an_administrator(person: User) -> None:
    # Locks them all: of two administrators who switch each other off at once, one must fail.
    administrators = User.objects.select_for_update().filter(role=Role.ADMINISTRATOR, is_active=True).order_by("pk")
    active = set(administrators.values_list("pk", flat=True))
    if active == {person.pk}:
        raise LastAdministrator(str(LastAdministrator.message))
