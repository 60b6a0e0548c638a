"""The ledger: what was asked, what each model version answered, what people judged, what was decided."""

import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from aimass_apps.people.sealing import SealedJSONField, SealedTextField
from aimass_apps.queueing.leases import Leased, expiry_index, leased_while_running
from aimass_apps.registry.models import ModelVersion, desk_choices


class Submission(models.Model):
    """One text that someone asked about: in plain or sealed, as its desk says (each desk's own constraint holds it)."""

    desk = models.CharField(max_length=12, choices=desk_choices)
    language = models.CharField(max_length=8)
    text = models.TextField(blank=True)
    sealed_text = SealedTextField(null=True)
    # Age, sex, vital signs: what a predictor may need beside the text.
    sealed_facts = SealedJSONField(null=True)
    content_hash = models.CharField(max_length=64, db_index=True)  # keyed (HMAC)
    arrived_at = models.DateTimeField(db_default=Now())
    settled_at = models.DateTimeField(null=True)
    # How often its desk failed to settle it, and when that is tried again.
    settle_failures = models.PositiveSmallIntegerField(default=0, db_default=0)
    settle_again_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="submission_desk_known", condition=Q(desk__in=settings.DESKS)),
            models.CheckConstraint(
                name="submission_plain_or_sealed",
                condition=Q(text="", sealed_text__isnull=False)
                | Q(sealed_text__isnull=True, sealed_facts__isnull=True),
            ),
            models.CheckConstraint(
                name="submission_settle_again_after_failure",
                condition=Q(settle_failures=0, settle_again_at__isnull=True)
                | Q(settle_failures__gt=0, settle_again_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(name="submission_unsettled", fields=["arrived_at"], condition=Q(settled_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.desk} {self.pk}"

    @property
    def content(self) -> str:
        return self.text if self.sealed_text is None else self.sealed_text


class Prediction(Leased):
    """One version's answer to one submission, and its slot in the work ledger."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    class Lane(models.IntegerChoices):
        """Which waiting rows go first: a clinician at the screen, then posts, then comparisons.

        What a model elsewhere is asked waits in a lane of its own, which no worker of ours touches meanwhile.
        """

        INTERACTIVE = 0
        STREAM = 1
        SHADOW = 2
        REMOTE = 3

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="predictions")
    version = models.ForeignKey(ModelVersion, models.PROTECT, related_name="predictions")
    # A shadow's answer is stored and compared, but nothing waits for it and nothing is decided by it.
    decisive = models.BooleanField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    lane = models.PositiveSmallIntegerField(choices=Lane)
    tokens = models.PositiveIntegerField()  # estimate, for the batch budget
    scores = models.JSONField(null=True)  # {label: probability}
    spans = models.JSONField(default=list)  # [[start, end, label, rule, weight], …], offsets into the text
    milliseconds = models.FloatField(null=True)  # this item's share of its batch
    error = models.CharField(max_length=200, blank=True)  # a code and class name, never text of the submission
    created_at = models.DateTimeField(db_default=Now())
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="prediction_once", fields=["submission", "version"]),
            leased_while_running(name="prediction_lease_while_running"),
            models.CheckConstraint(
                name="prediction_scores_when_done",
                condition=Q(state="done", scores__isnull=False, done_at__isnull=False)
                | (~Q(state="done") & Q(scores__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(name="prediction_waiting", fields=["lane", "id"], condition=Q(state="waiting")),
            expiry_index(name="prediction_running"),
            models.Index(name="prediction_failed", fields=["id"], condition=Q(state="failed")),
        ]

    def __str__(self) -> str:
        return f"{self.submission_id} by {self.version_id}: {self.state}"


class Review(models.Model):
    """One person's judgement. Append-only: a correction is a new review that names the old one."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="reviews")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="reviews")
    verdict = models.CharField(max_length=30)  # in the desk's own terms: approve, remove …, or confirm, override, defer
    labels = models.JSONField()  # what the next model learns, e.g. {"insult": true} or {"condition": …, "urgency": …}
    reason = models.CharField(max_length=60, blank=True)  # coded
    comment = SealedTextField(null=True)
    # 1 / probability that this submission was picked for review, for unbiased estimates.
    sampling_weight = models.FloatField(default=1.0)
    shown = models.JSONField(default=dict)  # version ids and what they said when the person judged
    seconds = models.FloatField(null=True)
    replaces = models.OneToOneField("self", models.RESTRICT, null=True, related_name="replaced_by")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(name="review_weight_at_least_one", condition=Q(sampling_weight__gte=1)),
            models.CheckConstraint(name="review_not_its_own_past", condition=~Q(replaces=F("id"))),
            models.UniqueConstraint(name="review_one_first", fields=["submission"], condition=Q(replaces__isnull=True)),
        ]
        triggers = [pgtrigger.Protect(name="review_append_only", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.verdict} of {self.submission_id}"


class Erasure(models.Model):
    """Proof that something was deleted on request: who did it, when, how many rows. Append-only, without text."""

    desk = models.CharField(max_length=12, choices=desk_choices)
    subject_hash = models.CharField(max_length=64, db_index=True)  # keyed (HMAC) of the desk's own name for it
    counts = models.JSONField()  # {table: rows}
    dropped = models.JSONField(default=list)  # names of the frozen datasets that went with it
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.CheckConstraint(name="erasure_desk_known", condition=Q(desk__in=settings.DESKS))]
        triggers = [pgtrigger.Protect(name="erasure_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.desk} erasure {self.pk}"


class Decision(models.Model):
    """What a desk does about a submission, by a policy version or by a person. Append-only."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="decisions")
    action = models.CharField(max_length=30)
    reasons = models.JSONField(default=list)
    policy_version = models.CharField(max_length=80, blank=True)
    review = models.OneToOneField(Review, models.CASCADE, null=True, related_name="decision")
    reverses = models.OneToOneField("self", models.RESTRICT, null=True, related_name="reversed_by")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="decision_by_policy_or_person",
                condition=Q(review__isnull=True) & ~Q(policy_version="") | Q(review__isnull=False, policy_version=""),
            ),
            models.UniqueConstraint(
                name="decision_one_first", fields=["submission"], condition=Q(reverses__isnull=True)
            ),
        ]
        triggers = [pgtrigger.Protect(name="decision_append_only", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.action} on {self.submission_id}"
