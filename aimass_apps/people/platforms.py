"""Platforms and their secrets: made here, shown once, never readable again on a page."""

import base64
import logging
import secrets
from typing import NamedTuple

from django.db import transaction

from aimass_apps.people.api_keys import issue_key
from aimass_apps.people.models import ApiKey, Platform

log = logging.getLogger(__name__)
SECRET_BYTES = 32  # Standard Webhooks 1.0 asks for 24 to 64


class Secrets(NamedTuple):
    """Both `whsec_` secrets: `incoming` signs what the platform sends us, `outgoing` what we send it."""

    incoming: str
    outgoing: str


def new_secret() -> str:
    """A Standard Webhooks secret: `whsec_` and 32 random bytes in base64."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def register_platform(*, name: str, endpoint: str = "", is_demo: bool = False) -> tuple[Platform, str, Secrets]:
    """Register a platform; returns it with its API key and secrets, which nobody can read again."""
    made = Secrets(incoming=new_secret(), outgoing=new_secret())
    with transaction.atomic():
        platform = Platform.objects.create(
            name=name,
            endpoint=endpoint,
            is_demo=is_demo,
            incoming_secret=made.incoming,
            outgoing_secret=made.outgoing,
        )
        key = issue_key(platform=platform)
    log.info("platform %s registered", platform.pk)
    return platform, key, made


def edit_platform(*, platform: Platform, name: str, endpoint: str) -> None:
    Platform.objects.filter(pk=platform.pk).update(name=name, endpoint=endpoint)
    platform.name, platform.endpoint = name, endpoint


def switch_platform(*, platform: Platform, active: bool) -> None:
    """A platform that is off gets 401 for its key and 404 for its signed webhooks."""
    Platform.objects.filter(pk=platform.pk).update(active=active)
    platform.active = active
    log.info("platform %s switched %s", platform.pk, "on" if active else "off")


def add_key(*, platform: Platform) -> str:
    """One more API key; the old ones go on working until they are revoked, so that nothing stands still."""
    key = issue_key(platform=platform)
    log.info("platform %s got a new key", platform.pk)
    return key


def rotate_secret(*, platform: Platform, which: str) -> str:
    """Replace the `incoming` or `outgoing` secret at once; returns the new one."""
    if which not in Secrets._fields:
        raise ValueError(f"there is no {which} secret")
    secret = new_secret()
    setattr(platform, f"{which}_secret", secret)
    platform.save(update_fields=[f"{which}_secret"])
    log.info("platform %s got a new %s secret", platform.pk, which)
    return secret


def keys_of(platform: Platform) -> list[ApiKey]:
    """Its keys, working ones first, newest first."""
    return sorted(platform.api_keys.order_by("-created_at"), key=lambda key: key.revoked_at is not None)
