"""Celery tasks of the background worker."""

from celery import shared_task

from aimass_apps.delivery.run import deliver_due


@shared_task
def deliver() -> None:
    """Send what is due. Rung after each decision, and by the clock for retries and lost messages."""
    deliver_due()
