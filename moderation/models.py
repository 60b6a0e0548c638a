"""The moderation desk: posts, their place in the queue, and the receipts of webhooks."""

import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from aimass_apps.people.models import Platform
from aimass_apps.queueing.leases import Leased, expiry_index, leased_while_running
from aimass_apps.registry.models import ModelVersion
from aimass_apps.submissions.models import Submission
from moderation.actions import outcomes


class Post(models.Model):
    """One revision of one platform's post, and where it stands on the desk."""

    class State(models.TextChoices):
        SCORING = "scoring", _("Being scored")
        QUEUED = "queued", _("Waiting for a moderator")
        CLOSED = "closed", _("Decided")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    submission = models.OneToOneField(Submission, models.CASCADE, related_name="post")
    platform = models.ForeignKey(Platform, models.CASCADE, related_name="posts")
    external_id = models.CharField(max_length=200)
    revision = models.PositiveIntegerField(default=1)
    author = models.CharField(max_length=200, blank=True)  # the platform's own name for its user
    url = models.URLField(max_length=1000, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.SCORING)
    # The decision in force, empty while there is none; a post drawn for audit is clear or removed, and queued at once.
    outcome = models.CharField(max_length=12, choices=outcomes(), blank=True)
    flagged = models.BooleanField(null=True)
    reasons = models.JSONField(default=list)  # as moderation.decide writes them
    policy_version = models.CharField(max_length=80, blank=True)
    # Without the points for age, which grow while the post waits.
    priority = models.FloatField(default=0)
    priority_parts = models.JSONField(default=dict)
    # Drawn at random from what was decided automatically; shown unmarked, its weight kept for unbiased estimates.
    audited = models.BooleanField(default=False)
    sampling_weight = models.FloatField(default=1.0)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    taken_at = models.DateTimeField(null=True)
    taken_until = models.DateTimeField(null=True)
    # Passed on to a senior moderator, with a line that says why.
    escalated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    escalated_at = models.DateTimeField(null=True)
    escalation_note = models.CharField(max_length=500, blank=True)
    received_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="post_once", fields=["platform", "external_id", "revision"]),
            models.CheckConstraint(
                name="post_taken_pair",
                condition=Q(taken_by__isnull=True, taken_until__isnull=True) | Q(taken_until__isnull=False),
            ),
            models.CheckConstraint(
                name="post_flagged_after_scoring",
                condition=Q(state="scoring", flagged__isnull=True) | (~Q(state="scoring") & Q(flagged__isnull=False)),
            ),
            models.CheckConstraint(
                name="post_closed_with_outcome",
                condition=Q(state="closed", closed_at__isnull=False) & ~Q(outcome="")
                | ~Q(state="closed") & Q(closed_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(name="post_queue", fields=["-priority", "id"], condition=Q(state="queued")),
            models.Index(name="post_author", fields=["platform", "author", "-id"]),
            models.Index(name="post_history", fields=["-closed_at"], condition=Q(state="closed")),
        ]

    def __str__(self) -> str:
        return f"{self.external_id} (revision {self.revision})"


class PolicyRevision(models.Model):
    """What holds beside the policy file: rules for single model versions that were shown to keep the errors rare.

    The newest row counts, as long as the file is the one it was made for. Empty `versions` are the file alone.
    """

    version = models.CharField(max_length=80, unique=True)  # what decisions name
    based_on = models.CharField(max_length=80)  # the version of the policy file
    versions = models.JSONField(default=dict)  # {model version: {"thresholds": {label: share}, "act": {label: share}}}
    evidence = models.JSONField(default=dict)  # {model version: how its rules were found: alpha, cases, errors …}
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        triggers = [
            pgtrigger.Protect(name="policy_revision_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.version


class AutomaticFigures(Leased):
    """How much one version may decide by itself at which risk, as of its latest computation. Holds no text.

    While it is calculated again, the earlier results stay.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    version = models.OneToOneField(ModelVersion, models.CASCADE, related_name="figures")
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    asked_at = models.DateTimeField(db_default=Now())
    # {"count", "audited", "until": the moment up to which posts count,
    #  "sides": {"clear" and "act": {"cases", "found": {confidence: {risk: outcome}}}}}, and an outcome is
    #  {"needed", "chosen": place in settings or null, "settings": [[operating point, cases, errors, bound, share], …]}
    figures = models.JSONField(null=True)
    computed_at = models.DateTimeField(null=True)
    newest_review = models.BigIntegerField(default=0)  # the last one that was there before
    policy = models.CharField(max_length=80, blank=True)  # the version of the policy file that placed the cases
    error = models.CharField(max_length=200, blank=True)  # a code or class name

    class Meta:
        verbose_name_plural = "automatic figures"
        constraints = [
            leased_while_running(name="automatic_figures_lease"),
            models.CheckConstraint(
                name="automatic_figures_with_time",
                condition=Q(figures__isnull=True, computed_at__isnull=True)
                | Q(figures__isnull=False, computed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="automatic_figures_when_done", condition=~Q(state="done") | Q(figures__isnull=False)
            ),
        ]
        indexes = [expiry_index(name="automatic_figures_running")]

    def __str__(self) -> str:
        return f"{self.version}: {self.state}"

    @property
    def under_way(self) -> bool:
        return self.state in (self.State.WAITING, self.State.RUNNING)


class WebhookReceipt(models.Model):
    """One accepted webhook and the answer it got, so that a repeat gets the same answer."""

    platform = models.ForeignKey(Platform, models.CASCADE, related_name="+")
    webhook_id = models.CharField(max_length=200)
    body_sha256 = models.CharField(max_length=64)
    answer = models.JSONField()
    received_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(name="webhook_once", fields=["platform", "webhook_id"])]

    def __str__(self) -> str:
        return self.webhook_id
