"""Hands submissions whose decisive answers are all in to their desk, once each."""

import logging
from collections.abc import Iterable
from datetime import timedelta
from itertools import groupby

from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.db.models.functions import Now

from aimass_apps.submissions.desk import desk_of
from aimass_apps.submissions.models import Prediction, Submission

log = logging.getLogger(__name__)
# After the first, second, ... failure to settle; the last for all that follow.
PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=3), timedelta(days=1))
_OPEN = (Prediction.State.WAITING, Prediction.State.RUNNING)


def settle_complete(ids: Iterable[int]) -> int:
    """Settle those of `ids` that wait for no decisive answer any more. Call it in the storing transaction.

    The submissions are locked before the open answers are counted: under READ COMMITTED two workers that store
    the last two answers at once would otherwise each miss the other's, and nobody would settle.
    """
    wanted = sorted(set(ids))
    if not wanted:
        return 0
    locked = list(
        Submission.objects.select_for_update()
        .filter(pk__in=wanted, settled_at=None)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    # A statement of its own, so that it sees what was committed while the locks were waited for.
    ready = _complete(locked)
    for desk, group in groupby(sorted(ready, key=lambda each: (each.desk, each.pk)), key=lambda each: each.desk):
        desk_of(desk).settle(list(group))
    Submission.objects.filter(pk__in=[each.pk for each in ready]).update(settled_at=Now())
    return len(ready)


def _complete(ids: list[int]) -> list[Submission]:
    still_open = Prediction.objects.filter(submission=OuterRef("pk"), decisive=True, state__in=_OPEN)
    answers = Prediction.objects.select_related("version").order_by("id")
    return list(
        Submission.objects.filter(pk__in=ids)
        .filter(~Exists(still_open))
        .order_by("pk")
        .prefetch_related(Prefetch("predictions", queryset=answers))
    )


def settle_forgotten(*, older_than: timedelta = timedelta(seconds=0), limit: int = 256) -> int:
    """Settle complete submissions that nobody settled: no version was live, or a settle failed before.

    What fails again waits longer each time (`PAUSES`), so that it never stands before those behind it.
    """
    still_open = Prediction.objects.filter(submission=OuterRef("pk"), decisive=True, state__in=_OPEN)
    forgotten = (
        Submission.objects.filter(settled_at=None, arrived_at__lte=Now() - older_than)
        .filter(Q(settle_again_at=None) | Q(settle_again_at__lte=Now()))
        .filter(~Exists(still_open))
        .order_by("pk")
        .values_list("pk", flat=True)[:limit]
    )
    ids = list(forgotten)
    try:
        with transaction.atomic():
            return settle_complete(ids)
    except Exception as error:  # noqa: BLE001 - a desk's failure on one submission must not hold up the others
        log.error("settling %s submissions failed: %s; trying one by one", len(ids), type(error).__name__)
    return sum(_settle_alone(each) for each in ids)


def _settle_alone(submission: int) -> int:
    try:
        with transaction.atomic():
            return settle_complete([submission])
    except Exception as error:  # noqa: BLE001 - it stays unsettled, which the status page shows, and is tried again
        log.error("submission %s can't be settled: %s", submission, type(error).__name__)
        _put_off(submission)
        return 0


def _put_off(submission: int) -> None:
    unsettled = Submission.objects.filter(pk=submission, settled_at=None)
    # Another worker that failed with it at the same time counts as well: it only waits longer.
    for failures in unsettled.values_list("settle_failures", flat=True):
        pause = PAUSES[min(failures, len(PAUSES) - 1)]
        unsettled.update(settle_failures=failures + 1, settle_again_at=Now() + pause)


def stuck(desk: str) -> list[int]:
    """The ids of the desk's submissions that could not be settled when it was last tried, the oldest first."""
    failed = Submission.objects.filter(desk=desk, settled_at=None, settle_failures__gt=0)
    return list(failed.order_by("pk").values_list("pk", flat=True))
