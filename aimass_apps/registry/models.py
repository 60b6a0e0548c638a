"""Model versions, their stages, and their files. PostgreSQL keeps the bytes: every worker can fetch them."""

import pgtrigger
from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from aimass_apps.registry.kinds import all_kinds


def desk_choices() -> list[tuple[str, str]]:
    """(name, title) of the installed desks: a desk's title is its app's."""
    return [(name, str(apps.get_app_config(name).verbose_name)) for name in settings.DESKS]


def kind_choices() -> list[tuple[str, str]]:
    """(key, title) of the registered kinds of models."""
    return [(kind.key, str(kind.title)) for kind in all_kinds()]


class Stage(models.TextChoices):
    CANDIDATE = "candidate", _("Candidate")
    SHADOW = "shadow", _("Shadow")
    CANARY = "canary", _("Canary")
    LIVE = "live", _("Live")
    RETIRED = "retired", _("Retired")


class ModelVersion(models.Model):
    """One trained artefact with its labels, thresholds, metrics and stage."""

    desk = models.CharField(max_length=12, choices=desk_choices)
    kind = models.CharField(max_length=12, choices=kind_choices)
    language = models.CharField(max_length=8, default="any")  # en, zh, any
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=120)
    stage = models.CharField(max_length=12, choices=Stage, default=Stage.CANDIDATE)
    canary_share = models.FloatField(null=True, blank=True)
    manifest = models.JSONField()  # version.json, as aimass_apps.registry.artefacts describes it
    manifest_sha256 = models.CharField(max_length=64)
    card = models.TextField(blank=True)
    starter = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="version_number", fields=["desk", "kind", "language", "number"]),
            models.UniqueConstraint(
                name="version_one_live", fields=["desk", "kind", "language"], condition=Q(stage=Stage.LIVE)
            ),
            models.UniqueConstraint(
                name="version_one_canary", fields=["desk", "kind", "language"], condition=Q(stage=Stage.CANARY)
            ),
            models.CheckConstraint(name="version_stage_known", condition=Q(stage__in=Stage.values)),
            models.CheckConstraint(
                name="version_canary_share",
                condition=Q(stage=Stage.CANARY, canary_share__isnull=False, canary_share__gt=0, canary_share__lt=1)
                | (~Q(stage=Stage.CANARY) & Q(canary_share__isnull=True)),
            ),
        ]
        ordering = ["desk", "kind", "language", "-number"]

    def __str__(self) -> str:
        return f"{self.desk}-{self.kind}-{self.language}-{self.number}"

    @property
    def labels(self) -> list[str]:
        return list(self.manifest["labels"])

    @property
    def thresholds(self) -> dict[str, float]:
        return dict(self.manifest["thresholds"])

    @property
    def metrics(self) -> dict[str, object]:
        return dict(self.manifest["metrics"])


class ArtefactFile(models.Model):
    """One file of a version's artefact; its hash is checked whenever a worker unpacks it."""

    version = models.ForeignKey(ModelVersion, models.CASCADE, related_name="files")
    name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(name="artefact_file_name", fields=["version", "name"])]

    def __str__(self) -> str:
        return f"{self.version_id}/{self.name}"


class StageChange(models.Model):
    """Who moved a version to which stage, when and why. Append-only: it is what roll_back reads."""

    version = models.ForeignKey(ModelVersion, models.PROTECT, related_name="stage_changes")
    from_stage = models.CharField(max_length=12, choices=Stage, blank=True)
    to_stage = models.CharField(max_length=12, choices=Stage)
    replaced = models.ForeignKey(ModelVersion, models.PROTECT, null=True, blank=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    gates = models.JSONField(default=list)
    rolled_back = models.BooleanField(default=False)  # a step back to what was live before, not a promotion
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at", "-id"]
        triggers = [pgtrigger.Protect(name="stage_change_append_only", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.version} {self.from_stage} -> {self.to_stage}"
