"""The doorbell's door. One set of loaded models for each worker process."""

from typing import Any

from celery import shared_task
from celery.signals import worker_ready

from aimass_apps.inference.loaded import LoadedPredictors
from aimass_apps.inference.loop import drain
from aimass_apps.submissions.doorbell import ring
from aimass_apps.submissions.ledger import SCORE_QUEUE, SCORE_TASK

_predictors = LoadedPredictors()


@shared_task(name=SCORE_TASK)
def score_waiting() -> None:
    drain(_predictors)


@shared_task(name="aimass_apps.inference.tasks.load_versions", queue=SCORE_QUEUE)
def load_versions() -> None:
    _predictors.warm_up()


@worker_ready.connect
def warm_up(sender: Any = None, **_: object) -> None:
    """Load models before the first post asks, and look for work that came while no worker was here."""
    if SCORE_QUEUE in sender.app.amqp.queues.consume_from:
        _predictors.warm_up()
        ring(SCORE_TASK, SCORE_QUEUE)
