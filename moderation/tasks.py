"""Celery tasks of the background worker."""

from celery import shared_task

from moderation.automatic_figures import FIGURES_TASK, work_out_waiting


@shared_task(name=FIGURES_TASK)
def work_out_figures() -> None:
    work_out_waiting()
