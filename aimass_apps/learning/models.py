"""Frozen datasets and training runs."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from aimass_apps.registry.models import ModelVersion, desk_choices, kind_choices
from aimass_apps.submissions.models import Review, Submission


class Dataset(models.Model):
    """A frozen, hashed list of reviewed examples. Never edited, only superseded."""

    desk = models.CharField(max_length=12, choices=desk_choices)
    number = models.PositiveIntegerField()
    until = models.DateTimeField()
    seed = models.BigIntegerField()
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    summary = models.JSONField(default=dict)  # rows by split and by label
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(name="dataset_number", fields=["desk", "number"])]
        triggers = [pgtrigger.Protect(name="dataset_frozen", operation=pgtrigger.Update)]
        ordering = ["desk", "-number"]

    def __str__(self) -> str:
        return f"{self.desk}-{self.number}"


class DatasetExample(models.Model):
    """One reviewed submission inside a dataset, with the labels as they were when it was frozen."""

    class Split(models.TextChoices):
        TRAIN = "train", _("Training")
        VALIDATION = "validation", _("Validation")
        TEST = "test", _("Test")

    dataset = models.ForeignKey(Dataset, models.CASCADE, related_name="examples")
    submission = models.ForeignKey(Submission, models.PROTECT, related_name="+")
    review = models.ForeignKey(Review, models.PROTECT, related_name="+")
    labels = models.JSONField()
    weight = models.FloatField()
    split = models.CharField(max_length=10, choices=Split)

    class Meta:
        constraints = [models.UniqueConstraint(name="dataset_example_once", fields=["dataset", "submission"])]
        triggers = [pgtrigger.Protect(name="dataset_example_frozen", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.dataset_id}/{self.submission_id}"


class TrainingRun(models.Model):
    """One training: its recipe, its progress, and the candidate it made."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        STOPPED = "stopped", _("Stopped")

    desk = models.CharField(max_length=12, choices=desk_choices)
    kind = models.CharField(max_length=12, choices=kind_choices)
    language = models.CharField(max_length=8, default="any")
    dataset = models.ForeignKey(Dataset, models.PROTECT, null=True, related_name="runs")
    base = models.ForeignKey(ModelVersion, models.PROTECT, null=True, related_name="+")
    recipe = models.JSONField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    progress = models.FloatField(default=0)  # 0 to 1
    message = models.CharField(max_length=300, blank=True)
    curves = models.JSONField(default=list)
    result = models.OneToOneField(ModelVersion, models.PROTECT, null=True, related_name="training_run")
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    heartbeat_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="run_progress_share", condition=Q(progress__gte=0, progress__lte=1)),
            models.CheckConstraint(
                name="run_result_when_done",
                condition=Q(state="done", result__isnull=False) | (~Q(state="done") & Q(result__isnull=True)),
            ),
        ]
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.desk}-{self.kind}: {self.state}"


class Evaluation(models.Model):
    """One version measured on one frozen dataset's test rows, beside the live version, with the gates' verdict.

    Without `asked_stage` it was measured only: here, or on test files by the command line (then without a dataset).
    """

    version = models.ForeignKey(ModelVersion, models.CASCADE, related_name="evaluations")
    against = models.ForeignKey(ModelVersion, models.SET_NULL, null=True, related_name="+")
    dataset = models.ForeignKey(Dataset, models.PROTECT, null=True, related_name="evaluations")
    asked_stage = models.CharField(max_length=12)
    canary_share = models.FloatField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    # {"candidate": {...}, "live": {...}, "rows": n, "reports": [as evaluation.report_on gives them]}
    metrics = models.JSONField(default=dict)
    gates = models.JSONField(default=list)  # [{"name", "passed", "detail", "warning"}]
    passed = models.BooleanField(null=True)  # null until it is judged
    leased_until = models.DateTimeField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.version} for {self.asked_stage}"
