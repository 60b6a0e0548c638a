"""Six roles and what each may do. A permission is a plain string; templates and views ask `has_perm`."""

from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    MODERATOR = "moderator", _("Moderator")
    SENIOR_MODERATOR = "senior_moderator", _("Senior moderator")
    CLINICIAN = "clinician", _("Clinician")
    CLINICAL_LEAD = "clinical_lead", _("Clinical lead")
    ML_ENGINEER = "ml_engineer", _("ML engineer")
    ADMINISTRATOR = "administrator", _("Administrator")


# What the platform itself lets people do; each desk grants the rest when its app loads.
_granted: dict[str, frozenset[str]] = {
    Role.ML_ENGINEER: frozenset({"models.view", "models.train", "models.promote", "system.view"}),
    # Runs the installation: sees neither desk's texts.
    Role.ADMINISTRATOR: frozenset(
        {"people.manage", "platforms.manage", "deliveries.view", "system.view", "system.demo", "models.view"}
    ),
}


def grant(role: Role, permissions: Iterable[str]) -> None:
    """Let everyone of this role do so; called by `AppConfig.ready()`, and harmless when called again."""
    _granted[role] = permissions_of(role) | frozenset(permissions)


def permissions_of(role: str) -> frozenset[str]:
    """Everything that the role allows; nothing for a role that is not known."""
    return _granted.get(role, frozenset())
