"""Celery tasks of the inference and remote workers. Each process holds one set of loaded models."""

from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.conf import settings

from aimass_apps.inference.predictor_cache import LoadedPredictors
from aimass_apps.inference.worker_loop import drain, drain_remote
from aimass_apps.queueing.doorbell import ring
from aimass_apps.submissions.desk import all_desks
from aimass_apps.submissions.ledger import REMOTE_QUEUE, REMOTE_TASK, SCORE_QUEUE, SCORE_TASK

_predictors = LoadedPredictors()
LEASE_MARGIN = 30.0  # seconds for all that is not the endpoint's own time


@shared_task(name=SCORE_TASK)
def score_waiting() -> None:
    drain(_predictors)


@shared_task(name=REMOTE_TASK)
def ask_remote() -> None:
    drain_remote(_predictors, lease_seconds=settings.LLM_TIMEOUT + LEASE_MARGIN)


@shared_task(name="aimass_apps.inference.tasks.load_versions", queue=SCORE_QUEUE)
def load_versions() -> None:
    _predictors.warm_up()


@worker_ready.connect
def warm_up(sender: Any = None, **_: object) -> None:
    """Load models before the first post asks, and look for work that came while no worker was here."""
    queues = sender.app.amqp.queues.consume_from
    if SCORE_QUEUE in queues:
        _predictors.warm_up()
        for desk in all_desks():
            desk.warm_up()
        ring(SCORE_TASK, SCORE_QUEUE)
    if REMOTE_QUEUE in queues:
        ring(REMOTE_TASK, REMOTE_QUEUE)
