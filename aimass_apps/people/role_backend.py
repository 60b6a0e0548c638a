"""Answers Django's `has_perm` from the role, apart from `roles` since the user model needs that one first."""

from typing import Any

from django.core.exceptions import PermissionDenied

from aimass_apps.people.roles import permissions_of


class RoleBackend:
    """Answers `user.has_perm(...)` from the role alone. It signs nobody in and finds nobody."""

    def authenticate(self, request: object, **credentials: object) -> None:
        return None

    def has_perm(self, user_obj: Any, perm: str, obj: object = None) -> bool:
        """True, or `PermissionDenied`, so that no other backend is asked (Django's own would query the database)."""
        if user_obj.is_active and perm in permissions_of(getattr(user_obj, "role", "")):
            return True
        raise PermissionDenied
