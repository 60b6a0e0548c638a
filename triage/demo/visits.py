"""Invented visits, so that every page has something to show; wiped in one step."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from aimass_apps.people.models import User
from aimass_apps.people.roles import Role
from aimass_apps.submissions.desk import CantLoadDemo
from triage import intake
from triage.models import Visit

FILE = Path(__file__).with_name("visits.json")


def demo_visits() -> list[dict[str, Any]]:
    """The invented visits as the file gives them."""
    visits: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))
    return visits


def load_demo() -> int:
    """Open the invented visits that are not there yet, in the name of clinicians in turn; returns how many.

    Raises `CantLoadDemo`.
    """
    clinicians = list(User.objects.filter(role__in=[Role.CLINICIAN, Role.CLINICAL_LEAD], is_active=True).order_by("pk"))
    if not clinicians:
        raise CantLoadDemo("Make a clinician's account first: demo visits are opened in a clinician's name.")
    here = {visit.sealed_reference for visit in Visit.objects.filter(is_demo=True)}
    new = [row for row in demo_visits() if row["reference"] not in here]
    now = timezone.now()
    for place, row in enumerate(new):
        intake.open_visit(
            by=clinicians[place % len(clinicians)],
            reference=row["reference"],
            age_years=row["age_years"],
            sex=row["sex"],
            pregnant=row.get("pregnant"),
            vitals=row["vitals"],
            text=row["text"],
            is_demo=True,
            opened_at=now - timedelta(minutes=row["minutes_ago"]),
        )
    return len(new)


def wipe_demo() -> int:
    """Remove every demo visit with its assessments, answers, judgements and decisions; returns how many visits.

    Raises `ProtectedError` while a frozen dataset holds one of them: datasets are never changed, so it goes first.
    """
    with transaction.atomic():
        wanted = [visit.pk for visit in Visit.objects.select_for_update().filter(is_demo=True)]
        intake.erase_visits(wanted)
    return len(wanted)
