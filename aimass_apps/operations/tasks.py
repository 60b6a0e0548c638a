"""The minute's sweep, the demo data, and the signs of life of every Celery worker."""

from typing import Any

from celery import shared_task
from celery.signals import worker_ready, worker_shutdown

from aimass_apps.operations import demo
from aimass_apps.operations.heartbeats import Heart
from aimass_apps.queueing.sweep import sweep_hour, sweep_minute

FEED_TASK, WIPE_TASK, DEMO_QUEUE = (
    "aimass_apps.operations.tasks.feed_demo",
    "aimass_apps.operations.tasks.wipe_demo",
    "background",
)
_hearts: list[Heart] = []


@shared_task(name="aimass_apps.operations.tasks.sweep")
def sweep() -> None:
    sweep_minute()


@shared_task(name="aimass_apps.operations.tasks.forget")
def forget() -> None:
    sweep_hour()


@shared_task(name=FEED_TASK)
def feed_demo() -> None:
    demo.load_demo()


@shared_task(name=WIPE_TASK)
def wipe_demo() -> None:
    demo.wipe_demo()


# This app is the last one, so its tasks are imported last and the heart starts after the models are loaded.
@worker_ready.connect
def start_heart(sender: Any = None, **_: object) -> None:
    heart = Heart(sender.hostname, list(sender.app.amqp.queues.consume_from))
    heart.start()
    _hearts.append(heart)


@worker_shutdown.connect
def stop_heart(**_: object) -> None:
    while _hearts:
        _hearts.pop().stop()
