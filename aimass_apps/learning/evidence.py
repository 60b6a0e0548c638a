"""What was measured of installed versions: shipped with them, on the command line, or while they were judged here."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q, Sum
from django.db.models.functions import Length, Now

from aimass_apps.learning.models import Measurement
from aimass_apps.ml.evaluate.evaluation_report import KEPT, Rival, leading_metric, rival
from aimass_apps.people.models import User
from aimass_apps.registry.models import ModelVersion

Report = Mapping[str, Any]  # as `evaluation.report_on` gives it; of a version without pictures only task and metrics


def keep_reports(*, version: ModelVersion, reports: Sequence[Report], by: User | None) -> Measurement:
    """Store what the command line measured of an installed version; its page shows it."""
    return Measurement.objects.create(
        version=version, state=Measurement.State.DONE, metrics={"reports": list(reports)}, by=by, done_at=Now()
    )


def reports_of(version: ModelVersion) -> dict[str, Report]:
    """The newest report of each test by its name, in name order."""
    known = version.manifest.get("metrics", {}).get("evaluation", {})
    found: dict[str, Any] = {task: {"task": task, "figures": metrics} for task, metrics in known.items()}
    found |= _shipped(version)
    for metrics in version.measurements.order_by("at", "id").values_list("metrics", flat=True):
        found |= {report["task"]: report for report in metrics.get("reports", [])}
    return dict(sorted(found.items()))


def rivals(version: ModelVersion, task: str) -> tuple[str, list[Rival]]:
    """The test's leading metric, and every version of this desk and language that was measured on it, best first."""
    leading, _ = leading_metric(reports_of(version)[task])
    same = Q(language=version.language) | Q(language="any")
    versions = ModelVersion.objects.filter(same, desk=version.desk).defer("card")
    found: list[Rival] = []
    for each in versions.annotate(size=Sum(Length("files__content"))):
        report = reports_of(each).get(task, {})
        found += rival(str(each), each.kind, each.size or 0, report, leading)
    return leading, sorted(found, key=lambda one: -one.value)


def _shipped(version: ModelVersion) -> dict[str, Any]:
    """The reports in the artefact. Its file can come from anywhere: what is no report is left out."""
    content = version.files.filter(name=KEPT).values_list("content", flat=True).first()
    try:
        raw = json.loads(bytes(content)) if content else {}
    except ValueError:
        return {}
    reports = raw if isinstance(raw, dict) else {}
    whole = {task: report for task, report in reports.items() if isinstance(report, dict)}
    return {task: report for task, report in whole.items() if isinstance(report.get("figures"), dict)}
