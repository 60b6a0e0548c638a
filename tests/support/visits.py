"""What the tests of the desk share: visits, live versions and their answers, without any real model."""

from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from aimass_apps.people.models import User
from aimass_apps.registry.models import ModelVersion, Stage
from aimass_apps.submissions.models import Review
from aimass_apps.submissions.settling import settle_complete
from triage import intake
from triage.models import Assessment

MILD = "Runny nose and a slight cough for two days."
CHEST = "Crushing central chest pain for 40 minutes, sweating."
APPENDIX = "appendicitis"
GOOD = {
    "reference": "KX-77", "age": "61", "age_unit": "years", "sex": "male", "pregnant": "",
    "text": "Crushing central chest pain for 40 minutes, sweating. Denies fever.",
    "heart_rate": "104", "respiratory_rate": "20", "systolic": "128", "diastolic": "80", "spo2": "96",
    "temperature": "36,9", "consciousness": "alert", "oxygen": "no",
}  # fmt: skip


def add_version(kind: str, stage: str = Stage.LIVE, language: str = "any") -> ModelVersion:
    number = ModelVersion.objects.filter(kind=kind, language=language).count() + 1
    manifest = {"labels": [], "thresholds": {}, "metrics": {}}
    return ModelVersion.objects.create(
        desk="triage", kind=kind, language=language, number=number, name=kind, stage=stage, manifest=manifest
    )


def open_visit(by: User, text: str = MILD, **changed: Any) -> Assessment:
    given: dict[str, Any] = {"reference": "KX-77", "age_years": 30.0, "sex": "female", "pregnant": False, "vitals": {}}
    return intake.open_visit(by=by, text=text, **(given | changed))


def answer(assessment: Assessment, kind: str, scores: dict[str, float] | None, language: str = "any") -> None:
    """Store one version's answer as the ledger does; None is a failure."""
    done = {"state": "done", "scores": scores, "done_at": timezone.now()} if scores else {"state": "failed"}
    assessment.submission.predictions.filter(version__kind=kind, version__language=language).update(**done)
    with transaction.atomic():
        settle_complete([assessment.submission_id])
    assessment.refresh_from_db()


def override(assessment: Assessment, by: User, **changed: Any) -> Review:
    given = {"seen": None, "condition": "common_cold", "urgency": "self_care", "reason": "examination"}
    return intake.override(assessment=assessment, by=by, **(given | changed))


def visit_url(assessment: Assessment) -> str:
    return reverse("triage:visit", args=[assessment.visit.public_id])


def judge_url(assessment: Assessment, verdict: str) -> str:
    return reverse("triage:judge", args=[assessment.public_id, verdict])
