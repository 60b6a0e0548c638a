"""People who work here and the platforms that send posts."""

import uuid

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from aimass_apps.people.roles import Role
from aimass_apps.people.sealing import SealedTextField


class User(AbstractUser):
    """One person. The role alone decides what they may do; superuser and staff flags are not used."""

    role = models.CharField(_("role"), max_length=20, choices=Role)
    # Someone else knows the password: the person must choose their own before anything else.
    password_is_temporary = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(name="user_role_known", condition=Q(role__in=Role.values)),
            models.CheckConstraint(name="user_never_superuser", condition=Q(is_superuser=False)),
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.username


class Platform(models.Model):
    """An outside service that sends posts and receives decisions."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=80, unique=True)
    endpoint = models.URLField(_("endpoint for decisions"), max_length=500, blank=True)
    # `whsec_…` secrets: ours for what we send, theirs for what they send.
    outgoing_secret = SealedTextField()
    incoming_secret = SealedTextField()
    active = models.BooleanField(_("active"), default=True)
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class ApiKey(models.Model):
    """A platform's key: shown once, kept as a keyed hash, found by its prefix."""

    platform = models.ForeignKey(Platform, models.CASCADE, related_name="api_keys")
    prefix = models.CharField(max_length=16, unique=True)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.prefix}…"
