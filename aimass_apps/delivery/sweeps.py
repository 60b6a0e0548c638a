"""What the sweep does for the outbox."""

from datetime import timedelta

from django.conf import settings

from aimass_apps.delivery import outbox
from aimass_apps.queueing import sweep
from aimass_apps.queueing.doorbell import ring


def register() -> None:
    sweep.each_minute("deliveries", outbox.free_expired_leases)
    sweep.each_minute("doorbell of deliveries", ring_deliveries)
    sweep.each_hour("old deliveries", forget_deliveries)


def ring_deliveries() -> None:
    ring(outbox.DELIVER_TASK, outbox.DELIVER_QUEUE)


def forget_deliveries() -> int:
    return outbox.forget_old_deliveries(timedelta(days=settings.KEEP_TRAFFIC_DAYS))
