"""The triage desk: visits and their assessments. Everything about a person is sealed."""

import uuid
from functools import reduce
from operator import or_

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from aimass_apps.people.sealing import SealedJSONField, SealedTextField
from aimass_apps.registry.models import ModelVersion
from aimass_apps.submissions.models import Submission
from triage.levels import ABOUT, LEVELS

URGENCIES: list[tuple[str, str | Promise]] = [(level, _(ABOUT[level].title)) for level in LEVELS]
"""The levels with their titles, as fields and forms take their choices."""


class Visit(models.Model):
    """One person's visit. The reference is the site's own identifier, sealed; its keyed hash finds it again."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sealed_reference = SealedTextField(null=True)
    reference_hash = models.CharField(max_length=64, blank=True, db_index=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="visits")
    opened_at = models.DateTimeField(db_default=Now())
    is_demo = models.BooleanField(default=False)

    def __str__(self) -> str:
        return str(self.public_id)


def _no_lower_than_held() -> Q:
    return reduce(or_, (Q(held=held, urgency__in=LEVELS[: place + 1]) for place, held in enumerate(LEVELS)))


class Assessment(models.Model):
    """One question to the models about a visit: text and facts are in its submission, sealed."""

    class State(models.TextChoices):
        SCORING = "scoring", _("Being assessed")
        READY = "ready", _("Waiting for a clinician")
        DEFERRED = "deferred", _("Deferred")
        CLOSED = "closed", _("Closed")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    visit = models.ForeignKey(Visit, models.CASCADE, related_name="assessments")
    submission = models.OneToOneField(Submission, models.CASCADE, related_name="assessment")
    # The latest of its visit: new words or new vital signs make a new assessment and end this one's turn.
    current = models.BooleanField(default=True)
    state = models.CharField(max_length=8, choices=State, default=State.SCORING)
    # Proposed: models raised by the floor, and by `held` until a person gives a reason for a lower one.
    urgency = models.CharField(max_length=12, choices=URGENCIES, blank=True)
    # What stood when this visit was assessed again: a first assessment has none.
    held = models.CharField(max_length=12, choices=URGENCIES, blank=True)
    lowered = models.BooleanField(default=False)  # a person gave a reason, and the lower urgency counts
    final_urgency = models.CharField(max_length=12, choices=URGENCIES, blank=True)  # the clinician's
    sealed_outcome = SealedJSONField(null=True)  # as triage.decide wrote it: reasons, red flags, differential
    policy_version = models.CharField(max_length=80, blank=True)
    # What combines the answers, chosen when the versions are asked: one text always gets the same combination.
    ensemble = models.ForeignKey(ModelVersion, models.PROTECT, null=True, related_name="+")
    urgency_layer = models.ForeignKey(ModelVersion, models.PROTECT, null=True, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="assessments")
    asked_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(name="assessment_one_current", fields=["visit"], condition=Q(current=True)),
            models.CheckConstraint(name="assessment_urgency_known", condition=Q(urgency__in=["", *LEVELS])),
            models.CheckConstraint(name="assessment_held_known", condition=Q(held__in=["", *LEVELS])),
            models.CheckConstraint(
                name="assessment_lowered_by_a_person",
                condition=Q(state="scoring") | Q(lowered=True) | Q(held="") | _no_lower_than_held(),
            ),
            models.CheckConstraint(name="assessment_final_known", condition=Q(final_urgency__in=["", *LEVELS])),
            models.CheckConstraint(
                name="assessment_urgency_after_scoring",
                condition=Q(state="scoring", urgency="") | (~Q(state="scoring") & ~Q(urgency="")),
            ),
            models.CheckConstraint(
                name="assessment_final_when_closed",
                condition=Q(state="closed") & ~Q(final_urgency="") | ~Q(state="closed") & Q(final_urgency=""),
            ),
        ]
        indexes = [
            models.Index(name="assessment_open", fields=["asked_at"], condition=Q(current=True) & ~Q(state="closed")),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
