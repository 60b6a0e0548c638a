"""Housekeeping of the installation."""

from celery import shared_task

from aimass_apps.operations.sweeper import sweep_once


@shared_task(name="aimass_apps.operations.tasks.sweep")
def sweep() -> None:
    sweep_once()
