"""Who may open a view: signed in, and with the permission that the role gives."""

from collections.abc import Callable
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse

from aimass_apps.people.models import User

Arguments = ParamSpec("Arguments")
View = Callable[Concatenate[HttpRequest, Arguments], HttpResponse]


def needs(permission: str) -> Callable[[View[Arguments]], View[Arguments]]:
    """Send people who are not signed in to the sign-in page, and people without the permission to a 403."""
    allowed = permission_required(permission, raise_exception=True)

    def guard(view: View[Arguments]) -> View[Arguments]:
        return login_required(allowed(view))

    return guard


def person_of(request: HttpRequest) -> User:
    """The signed-in person, for views behind `needs`."""
    if not isinstance(request.user, User):
        raise TypeError("person_of() is for views that only signed-in people reach")
    return request.user
