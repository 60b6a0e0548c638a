"""Visits go whole."""

from collections.abc import Iterable

from django.db import transaction

from aimass_apps.submissions.erasing import erase_submissions
from triage.models import Assessment, Visit


def erase_visits(ids: Iterable[int]) -> None:
    """Remove visits with everything that was asked, answered, judged and decided about them."""
    wanted = list(ids)
    with transaction.atomic():
        erase_submissions(Assessment.objects.filter(visit__in=wanted).values_list("submission_id", flat=True))
        Visit.objects.filter(pk__in=wanted).delete()
