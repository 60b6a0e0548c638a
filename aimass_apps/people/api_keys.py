"""Platform keys: `amk_<prefix>_<secret>`, shown once, kept as a keyed hash."""

import hmac
import secrets
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from aimass_apps.people.models import ApiKey, Platform
from aimass_apps.people.sealing import keyed_hash

SCHEME = "amk"


@dataclass(frozen=True)
class PlatformCaller:
    """What a request carries as its user when it came with a platform's key."""

    platform: Platform
    is_authenticated: bool = True

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """A platform has no person's permissions; error pages ask when they draw the bar."""
        return False


def issue_key(*, platform: Platform) -> str:
    """Make a key and return it; it can never be read again."""
    prefix, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    key = f"{SCHEME}_{prefix}_{secret}"
    ApiKey.objects.create(platform=platform, prefix=prefix, digest=keyed_hash(key))
    return key


def revoke_key(*, key: ApiKey) -> None:
    ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=timezone.now())


def platform_of(key: str) -> Platform | None:
    """The active platform whose unrevoked key this is."""
    parts = key.split("_", 2)
    if len(parts) != 3 or parts[0] != SCHEME:
        return None
    stored = (
        ApiKey.objects.select_related("platform")
        .filter(prefix=parts[1], revoked_at=None, platform__active=True)
        .first()
    )
    if stored is None or not hmac.compare_digest(stored.digest, keyed_hash(key)):
        return None
    return stored.platform


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer amk_…`."""

    def authenticate(self, request: Any) -> tuple[PlatformCaller, None] | None:
        parts = get_authorization_header(request).split()
        if not parts:
            return None
        if len(parts) != 2 or parts[0].lower() != b"bearer":
            raise AuthenticationFailed(_("Send the key as: Authorization: Bearer <key>."))
        platform = platform_of(parts[1].decode("ascii", "replace"))
        if platform is None:
            raise AuthenticationFailed(_("This key is unknown or revoked: ask the administrator for a new one."))
        return PlatformCaller(platform), None

    def authenticate_header(self, request: Any) -> str:
        return "Bearer"
