"""Six roles and what each may do. A permission is a plain string; templates and views ask `has_perm`."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    MODERATOR = "moderator", _("Moderator")
    SENIOR_MODERATOR = "senior_moderator", _("Senior moderator")
    CLINICIAN = "clinician", _("Clinician")
    CLINICAL_LEAD = "clinical_lead", _("Clinical lead")
    ML_ENGINEER = "ml_engineer", _("ML engineer")
    ADMINISTRATOR = "administrator", _("Administrator")


_MODERATOR = {"moderation.view", "moderation.review"}
_CLINICIAN = {"triage.view", "triage.assess", "catalogue.view"}
PERMISSIONS: dict[str, frozenset[str]] = {
    Role.MODERATOR: frozenset(_MODERATOR),
    Role.SENIOR_MODERATOR: frozenset(
        _MODERATOR | {"moderation.reverse", "moderation.release", "models.view", "automatic.view"}
    ),
    Role.CLINICIAN: frozenset(_CLINICIAN),
    Role.CLINICAL_LEAD: frozenset(_CLINICIAN | {"triage.view_all", "models.view"}),
    Role.ML_ENGINEER: frozenset(
        {"models.view", "models.train", "models.promote", "system.view", "catalogue.view", "automatic.view"}
    ),
    # Runs the installation: sees neither desk's texts.
    Role.ADMINISTRATOR: frozenset(
        {
            "people.manage",
            "platforms.manage",
            "deliveries.view",
            "system.view",
            "system.demo",
            "models.view",
            "catalogue.view",
            "automatic.view",
        }
    ),
}
ALL_PERMISSIONS = frozenset().union(*PERMISSIONS.values())
