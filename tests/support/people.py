"""People of every role, and their browsers."""

import itertools
import uuid

from django.test import Client

from aimass_apps.people.models import User
from aimass_apps.people.roles import Role

_numbers = itertools.count(1)


def make_person(role: str = Role.MODERATOR) -> User:
    return User.objects.create_user(username=f"{role}-{next(_numbers)}", password=uuid.uuid4().hex, role=role)


def sign_in(role: str) -> tuple[Client, User]:
    person, client = make_person(role), Client()
    client.force_login(person)
    return client, person
