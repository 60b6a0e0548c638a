"""Outbound events: one row for a decision, written in its transaction, sent at least once under one id."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from aimass_apps.people.models import Platform
from aimass_apps.queueing.leases import Leased, expiry_index, leased_while_running
from aimass_apps.submissions.models import Decision


class Delivery(Leased):
    """One event on its way to a platform. `webhook-id` is `evt_` and the decision's public id, for ever."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Sending")
        DELIVERED = "delivered", _("Delivered")
        FAILED = "failed", _("Given up")

    decision = models.OneToOneField(Decision, models.CASCADE, related_name="delivery")
    platform = models.ForeignKey(Platform, models.CASCADE, related_name="deliveries")
    payload = models.JSONField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    next_at = models.DateTimeField(db_default=Now())
    last_status = models.PositiveSmallIntegerField(null=True)
    last_error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            leased_while_running(name="delivery_lease_while_running"),
            models.CheckConstraint(
                name="delivery_time_when_delivered",
                condition=Q(state="delivered", delivered_at__isnull=False)
                | (~Q(state="delivered") & Q(delivered_at__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(name="delivery_due", fields=["platform", "next_at"], condition=Q(state="waiting")),
            expiry_index(name="delivery_running"),
        ]

    def __str__(self) -> str:
        return f"{self.event_id}: {self.state}"

    @property
    def event_id(self) -> str:
        return f"evt_{self.decision.public_id}"


class GoneEndpoint(models.Model):
    """An address that answered 410: nothing is sent there until someone opens it again or the platform has another."""

    platform = models.OneToOneField(Platform, models.CASCADE, related_name="gone_endpoint")
    endpoint = models.URLField(max_length=500)
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.endpoint
