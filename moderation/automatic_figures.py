"""How much a version may decide by itself: requested by a person, calculated by a worker, kept with its time."""

import logging
import uuid
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet
from django.db.models.functions import Now

from aimass_apps.ml.risk import Case, Control, control, thin, upper_bound
from aimass_apps.queueing.doorbell import ring, ring_after_commit
from aimass_apps.queueing.leases import Renewing, claim, ended, free_expired, held
from aimass_apps.registry.models import ModelVersion
from aimass_apps.submissions.models import Review
from moderation.models import AutomaticFigures
from moderation.operating_point import OPERATING_POINTS
from moderation.policy_revisions import policy_file
from moderation.risk_cases.reviewed import Reviewed, reviewed_cases

log = logging.getLogger(__name__)
FIGURES_TASK, FIGURES_QUEUE = "moderation.tasks.work_out_figures", "background"
LEASE_SECONDS = 60
LONGEST = 900.0  # seconds for one version's figures; thousands of posts take some
RISKS = (0.005, 0.01, 0.02, 0.05, 0.1)
CONFIDENCES = (0.9, 0.95, 0.99)
State = AutomaticFigures.State
# The same counts come up at every allowed share of errors.
_bound = lru_cache(maxsize=10_000)(upper_bound)


def figures_of(reviewed: Reviewed) -> dict[str, Any]:
    """What the cases show at every setting that the page offers, as JSON: see `AutomaticFigures.figures`."""
    sides = {"clear": reviewed.clear, "act": reviewed.act}
    return {
        "count": len(reviewed.clear),
        "audited": reviewed.audited,
        "until": reviewed.until.isoformat() if reviewed.until else None,
        "sides": {
            name: {
                "cases": len(thin([case for case in cases if case.point <= max(OPERATING_POINTS)])),
                "found": {str(share): _at_confidence(cases, round(1 - share, 2)) for share in CONFIDENCES},
            }
            for name, cases in sides.items()
        },
    }


def _at_confidence(cases: list[Case], delta: float) -> dict[str, Any]:
    return {str(risk): _outcome(control(cases, OPERATING_POINTS, alpha=risk, delta=delta)) for risk in RISKS}


def _outcome(found: Control) -> dict[str, Any]:
    rows = [
        (each.operating_point, each.cases, each.errors, _bound(each.errors, each.cases, found.delta), each.share)
        for each in found.settings
    ]
    chosen = found.settings.index(found.chosen) if found.chosen else None
    return {"needed": found.needed, "settings": rows, "chosen": chosen}


def request_figures(*, version: ModelVersion) -> AutomaticFigures:
    """Write the request down and ring; while it waits or runs already, nothing changes."""
    with transaction.atomic():
        figures, _made = AutomaticFigures.objects.get_or_create(version=version)
        again = AutomaticFigures.objects.filter(pk=figures.pk, state__in=[State.DONE, State.FAILED])
        again.update(state=State.WAITING, attempts=0, error="", asked_at=Now())
    ring_after_commit(FIGURES_TASK, FIGURES_QUEUE)
    return figures


def work_out_waiting() -> int:
    """Work out what is asked for, one version after the other; returns how many."""
    count = 0
    while _work_out_next():
        count += 1
    return count


def _work_out_next() -> bool:
    lease = uuid.uuid4()
    if not claim(AutomaticFigures.objects.order_by("asked_at"), lease=lease, limit=1, seconds=LEASE_SECONDS):
        return False
    mine = held(AutomaticFigures, lease)
    version = ModelVersion.objects.get(figures__lease=lease)
    with Renewing(AutomaticFigures, lease, seconds=LEASE_SECONDS, longest=LONGEST):
        values = _try(version)
    mine.update(**values)
    return True


def _try(version: ModelVersion) -> dict[str, Any]:
    # Before the posts are read: a review that comes meanwhile counts as new, even where it was read.
    newest = reviews_of(version).aggregate(newest=Max("pk"))["newest"] or 0
    try:
        figures = figures_of(reviewed_cases(version))
    except Exception as error:  # noqa: BLE001 - the page says so, and a person asks again
        # The class name alone: a message may quote a post.
        log.error("figures of %s failed: %s", version, type(error).__name__)
        return ended(State.FAILED, {"error": type(error).__name__})
    known = {"figures": figures, "computed_at": Now(), "newest_review": newest, "policy": policy_file().version}
    return ended(State.DONE, known | {"error": ""})


def reviews_of(version: ModelVersion) -> QuerySet[Review]:
    """Every judgement, with corrections, of a post that this version answered for."""
    return Review.objects.filter(submission__predictions__version=version, submission__predictions__decisive=True)


def reviews_since(figures: AutomaticFigures) -> int:
    """How many judgements the figures don't know yet."""
    return reviews_of(figures.version).filter(pk__gt=figures.newest_review).count()


def other_policy(figures: AutomaticFigures) -> bool:
    """Whether the policy file has changed since: its thresholds decide where each case lies."""
    return figures.policy != policy_file().version


def sweep_figures() -> int:
    """Give back what a vanished worker held, and ring where something waits; returns how many were freed."""
    why = {"error": "lease_expired"}
    freed = len(free_expired(AutomaticFigures, back=why, up=why))
    if AutomaticFigures.objects.filter(state=State.WAITING).exists():
        ring(FIGURES_TASK, FIGURES_QUEUE)
    return freed
