"""A visit's work is done by the platform's scoring loop; its worker reads the desk's rules before the first visit."""

from typing import Any

from celery.signals import worker_ready

from aimass_apps.submissions.ledger import SCORE_QUEUE
from triage.proposal import warm_up


@worker_ready.connect
def read_rules(sender: Any = None, **_: object) -> None:
    if SCORE_QUEUE in sender.app.amqp.queues.consume_from:
        warm_up()
