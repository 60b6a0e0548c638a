"""Works through promotions that wait for the gates and versions that wait to be measured, one after the other."""

from threading import Lock

from django.db.models.functions import Now

from aimass_apps.learning.measurements import measure_next
from aimass_apps.learning.models import Measurement, Promotion
from aimass_apps.learning.promotion import judge_next
from aimass_apps.queueing.leases import WAITING, free_expired

VANISHED = "the worker stopped before it had a verdict; its log says why. Ask again"
# One thread of a worker at most: the others send decisions to platforms, and models fill the memory one at a time.
_judging = Lock()


def judge_waiting() -> int:
    """Judge and measure what waits, unless another thread of this process does; returns how many."""
    count = 0
    # Checked again after releasing the lock: a task that came meanwhile found it taken and relies on this thread.
    while judgements_wait() and _judging.acquire(blocking=False):
        try:
            while judge_next() or measure_next():
                count += 1
        finally:
            _judging.release()
    return count


def judgements_wait() -> bool:
    return any(model.objects.filter(state=WAITING).exists() for model in (Promotion, Measurement))


def free_judgements() -> int:
    """Give back what vanished workers held, or up to a person; returns how many."""
    promotions = free_expired(Promotion, up={"message": VANISHED, "decided_at": Now()})
    measurements = free_expired(Measurement, up={"message": VANISHED, "done_at": Now()})
    return len(promotions) + len(measurements)
