"""Frozen datasets, training runs, measurements of versions, and requests to promote them."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from aimass_apps.queueing.leases import Leased, expiry_index, leased_while_running
from aimass_apps.registry.models import ModelVersion, Stage, desk_choices, kind_choices
from aimass_apps.submissions.models import Review, Submission

OPEN = ("waiting", "running")  # states of work that is not over


def over_when_ended(*, name: str, ended: str) -> models.CheckConstraint:
    """The promise that work has the time of its end, in the field `ended`, if and only if it is over."""
    return models.CheckConstraint(
        name=name,
        condition=Q(state__in=OPEN, **{f"{ended}__isnull": True})
        | (~Q(state__in=OPEN) & Q(**{f"{ended}__isnull": False})),
    )


class Dataset(models.Model):
    """A frozen, hashed list of reviewed examples. Never edited, only superseded."""

    desk = models.CharField(max_length=12, choices=desk_choices)
    number = models.PositiveIntegerField()
    until = models.DateTimeField()
    seed = models.BigIntegerField(null=True)  # of the datasets that were not yet split by their desk's own salt
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


class TrainingRun(Leased):
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
    recipe = models.JSONField()  # {"file", "seed", "sha256"} as they were when it was asked for
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    progress = models.FloatField(default=0)  # 0 to 1
    message = models.CharField(max_length=300, blank=True)
    curves = models.JSONField(default=list)
    result = models.OneToOneField(ModelVersion, models.PROTECT, null=True, related_name="training_run")
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="run_progress_share", condition=Q(progress__gte=0, progress__lte=1)),
            models.CheckConstraint(
                name="run_result_when_done",
                condition=Q(state="done", result__isnull=False) | (~Q(state="done") & Q(result__isnull=True)),
            ),
            models.CheckConstraint(
                name="run_state_known", condition=Q(state__in=["waiting", "running", "done", "failed", "stopped"])
            ),
            over_when_ended(name="run_ended_when_over", ended="ended_at"),
            leased_while_running(name="run_lease_while_running"),
            models.UniqueConstraint(
                name="run_one_open", fields=["desk", "kind", "language"], condition=Q(state__in=OPEN)
            ),
        ]
        indexes = [expiry_index(name="run_expiry")]
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.desk}-{self.kind}: {self.state}"


class Measurement(Leased):
    """The metrics of one version on one frozen dataset's test rows, beside the live version's.

    Without a dataset it was measured on files by the command line, or its dataset is gone.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    version = models.ForeignKey(ModelVersion, models.CASCADE, related_name="measurements")
    against = models.ForeignKey(ModelVersion, models.SET_NULL, null=True, related_name="+")
    dataset = models.ForeignKey(Dataset, models.PROTECT, null=True, related_name="measurements")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    # {"candidate": {...}, "live": {...}, "rows": n, "reports": [as evaluation.report_on gives them]}
    metrics = models.JSONField(default=dict)
    message = models.CharField(max_length=300, blank=True)  # why it failed
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    at = models.DateTimeField(db_default=Now())
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="measurement_state_known", condition=Q(state__in=["waiting", "running", "done", "failed"])
            ),
            models.CheckConstraint(
                name="measurement_message_when_failed",
                condition=Q(state="failed") & ~Q(message="") | ~Q(state="failed") & Q(message=""),
            ),
            over_when_ended(name="measurement_done_when_over", ended="done_at"),
            leased_while_running(name="measurement_lease_while_running"),
            models.UniqueConstraint(name="measurement_one_open", fields=["version"], condition=Q(state__in=OPEN)),
        ]
        indexes = [expiry_index(name="measurement_expiry")]
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.version}: {self.state}"


class Promotion(Leased):
    """Somebody's request to move a version to a stage, and what became of it."""

    class State(models.TextChoices):
        ASKED = "waiting", _("Asked")
        JUDGING = "running", _("Being judged")
        GRANTED = "granted", _("Granted")
        REFUSED = "refused", _("Refused")
        FAILED = "failed", _("Not judged")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    version = models.ForeignKey(ModelVersion, models.CASCADE, related_name="promotions")
    # The version's place, here once more so that the database can promise one open request for each.
    desk = models.CharField(max_length=12, choices=desk_choices)
    kind = models.CharField(max_length=12, choices=kind_choices)
    language = models.CharField(max_length=8)
    stage = models.CharField(max_length=12, choices=Stage)
    canary_share = models.FloatField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    without_evidence = models.BooleanField(
        default=False
    )  # whoever asked takes the responsibility, and gives the reason
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    gates = models.JSONField(default=list)  # [{"name", "passed", "detail", "warning"}]
    measurement = models.ForeignKey(Measurement, models.SET_NULL, null=True, related_name="promotions")
    message = models.CharField(max_length=300, blank=True)  # why nobody judged it
    at = models.DateTimeField(db_default=Now())
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="promotion_state_known",
                condition=Q(state__in=["waiting", "running", "granted", "refused", "failed", "withdrawn"]),
            ),
            models.CheckConstraint(
                name="promotion_stage_known", condition=Q(stage__in=["shadow", "canary", "live", "retired"])
            ),
            models.CheckConstraint(
                name="promotion_canary_share",
                condition=Q(stage="canary", canary_share__isnull=False, canary_share__gt=0, canary_share__lt=1)
                | (~Q(stage="canary") & Q(canary_share__isnull=True)),
            ),
            models.CheckConstraint(
                name="promotion_without_evidence_says_why", condition=Q(without_evidence=False) | ~Q(reason="")
            ),
            over_when_ended(name="promotion_decided_when_over", ended="decided_at"),
            leased_while_running(name="promotion_lease_while_running"),
            models.UniqueConstraint(
                name="promotion_one_open", fields=["desk", "kind", "language"], condition=Q(state__in=OPEN)
            ),
        ]
        indexes = [expiry_index(name="promotion_expiry")]
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.version} for {self.stage}"
