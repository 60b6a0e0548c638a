"""One helper that wakes workers. The message carries no work: losing it costs at most the sweeper's minute."""

import functools
import logging

from celery import current_app
from django.db import transaction
from kombu import Connection
from kombu.exceptions import OperationalError
from kombu.pools import producers
from redis.exceptions import RedisError

log = logging.getLogger(__name__)
PATIENCE = 0.2  # seconds that a dead or hanging broker may cost a request


@functools.cache
def _connection(url: str) -> Connection:
    timeouts = {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE, "retry_on_timeout": False}
    return Connection(url, transport_options={**timeouts, "max_retries": 0}, connect_timeout=PATIENCE)


def ring(task: str, queue: str, *, after: float | None = None) -> bool:
    """Send the task's name to its queue, to be heard in `after` seconds; False when the broker did not take it.

    Never raises for a broker.
    """
    try:
        with producers[_connection(current_app.conf.broker_url)].acquire(timeout=PATIENCE) as producer:
            current_app.send_task(task, queue=queue, producer=producer, retry=False, expires=60, countdown=after)
    except (OSError, OperationalError, RedisError) as error:
        log.warning("doorbell of %s not heard: %s", queue, type(error).__name__)
        return False
    return True


def ring_after_commit(task: str, queue: str) -> None:
    """Ring once the surrounding transaction is committed; not at all when it is rolled back."""
    transaction.on_commit(functools.partial(ring, task, queue), robust=True)
