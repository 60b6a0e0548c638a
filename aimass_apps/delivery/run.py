"""One run of deliveries: claim, send outside any transaction on a few threads, record each as it comes back."""

import json
import logging
import random
import time
import uuid
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from datetime import UTC, datetime

import httpx
from django.conf import settings

from aimass_apps.delivery.models import Delivery
from aimass_apps.delivery.outbox import (
    DELIVER_QUEUE,
    DELIVER_TASK,
    claim,
    free_expired_leases,
    open_moved_endpoints,
    record_attempt,
    release_unsent,
)
from aimass_apps.delivery.sending import Sent, make_client, send
from aimass_apps.delivery.signing import BadSecret, sign
from aimass_apps.queueing.doorbell import ring

log = logging.getLogger(__name__)
THREADS = 16
BATCH_SECONDS = 100.0  # for the slowest of a batch: well within its lease, so that nothing is sent by two at once
RUN_SECONDS = 5.0  # no new batch is begun after this, so that a warm shutdown never waits long


def deliver_due(*, clock: Callable[[], float] = time.monotonic) -> int:
    """Send what is due; returns how many attempts were made. Several runs at once share the work."""
    free_expired_leases()
    open_moved_endpoints()
    end, attempts = clock() + RUN_SECONDS, 0
    with ThreadPoolExecutor(THREADS, thread_name_prefix="deliver") as threads:
        while clock() < end:
            made = _deliver_batch(threads)
            attempts += made
            if not made:
                return attempts
    ring(DELIVER_TASK, DELIVER_QUEUE)
    return attempts


def _deliver_batch(threads: ThreadPoolExecutor) -> int:
    lease = uuid.uuid4()
    batch = claim(lease=lease)
    if not batch:
        return 0
    with make_client() as client:
        pending = {threads.submit(attempt, client, delivery): delivery for delivery in batch}
        try:
            for future in as_completed(list(pending), timeout=BATCH_SECONDS):
                delivery = pending.pop(future)
                record_attempt(delivery=delivery, lease=lease, sent=_outcome(future), jitter=_uniform())
        except TimeoutError:
            # Who answers drop by drop meets no time limit of httpx: leaving closes the connections and ends that.
            for future, delivery in pending.items():
                if future.cancel():
                    # It waited for a thread all the time: the slowness of others is no failure of its own.
                    release_unsent(delivery=delivery, lease=lease)
                else:
                    record_attempt(delivery=delivery, lease=lease, sent=Sent(None, "timeout"), jitter=_uniform())
    return len(batch)


def _outcome(future: Future[Sent]) -> Sent:
    """What came of an attempt; one that breaks on our side is that event's failure, not the whole batch's."""
    try:
        return future.result()
    except Exception as error:  # noqa: BLE001 - the other attempts of the batch were made and must be written down
        log.error("an attempt broke: %s", type(error).__name__)
        return Sent(None, f"broken: {type(error).__name__}")


def attempt(client: httpx.Client, delivery: Delivery) -> Sent:
    """Sign and send one event, now. Touches no database: it runs on a thread that has no connection."""
    platform, now = delivery.platform, datetime.now(UTC)
    if not platform.active or not platform.endpoint:
        return Sent(None, "refused: the platform has no endpoint or is switched off")
    body = json.dumps(delivery.payload, ensure_ascii=False, separators=(",", ":"))
    try:
        headers = sign(secret=platform.outgoing_secret, event_id=delivery.event_id, at=now, body=body)
    except BadSecret:
        return Sent(None, "refused: the platform's outgoing secret can't be used")
    return send(
        client,
        url=platform.endpoint,
        body=body.encode(),
        headers=headers,
        allow_private=settings.ALLOW_PRIVATE_ENDPOINTS,
        now=now,
    )


def _uniform() -> float:
    return random.SystemRandom().random()
