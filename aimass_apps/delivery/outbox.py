"""The outbox: events written with their decision, claimed under a lease, sent at least once under one id."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from aimass_apps.delivery.models import Delivery, GoneEndpoint
from aimass_apps.delivery.sending import Sent
from aimass_apps.people.models import Platform
from aimass_apps.queueing.doorbell import ring_after_commit
from aimass_apps.queueing.leases import claim_picked, ended, free_expired, held, release
from aimass_apps.submissions.models import Decision

DELIVER_TASK, DELIVER_QUEUE = "aimass_apps.delivery.tasks.deliver", "background"
# Waits in seconds after the first, second, … failed attempt (the schedule that Standard Webhooks 1.0 suggests).
WAITS = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
ATTEMPTS = len(WAITS) + 1
JITTER = 0.1  # share of a wait that is added at random, so that a recovered platform is not hit by all at once
CLAIM_ROWS, CLAIM_PER_PLATFORM = 32, 8
LEASE_SECONDS = 120
ENDPOINT_OFF = "endpoint off: it answered 410"


@dataclass(frozen=True, slots=True)
class Announcement:
    """One event to write: `payload` must hold no text of a person."""

    decision: Decision
    platform: Platform
    payload: Mapping[str, Any]


def announce(*, decision: Decision, platform: Platform, payload: Mapping[str, Any]) -> Delivery | None:
    """Write one event in the decision's transaction; None for a platform without an endpoint."""
    written = announce_all([Announcement(decision, platform, payload)])
    return written[0] if written else None


def announce_all(announcements: Sequence[Announcement]) -> list[Delivery]:
    """Write events in one statement and ring after commit.

    A platform without an endpoint gets none; one whose endpoint is off gets them as given up, to be replayed.
    """
    wanted = [each for each in announcements if each.platform.endpoint]
    if not wanted:
        return []
    off = _switched_off({each.platform.pk for each in wanted})
    rows = Delivery.objects.bulk_create(_row(each, off=each.platform.pk in off) for each in wanted)
    ring_after_commit(DELIVER_TASK, DELIVER_QUEUE)
    return rows


def _switched_off(platforms: set[int]) -> set[int]:
    gone = GoneEndpoint.objects.filter(platform__in=platforms, endpoint=F("platform__endpoint"))
    return set(gone.values_list("platform_id", flat=True))


def _row(announcement: Announcement, *, off: bool) -> Delivery:
    return Delivery(
        decision=announcement.decision,
        platform=announcement.platform,
        payload=dict(announcement.payload),
        state=Delivery.State.FAILED if off else Delivery.State.WAITING,
        last_error=ENDPOINT_OFF if off else "",
    )


# A few rows of each platform, the longest due first, so that no platform holds up the others, however slow or busy.
# Only delivery rows are locked: locking the platform would serialise all of its deliveries with the page that edits it.
_DUE = """
SELECT each.id FROM people_platform AS platform
CROSS JOIN LATERAL (
    SELECT id, next_at FROM delivery_delivery
    WHERE platform_id = platform.id AND state = 'waiting' AND next_at <= statement_timestamp()
    ORDER BY next_at, id LIMIT %s FOR UPDATE SKIP LOCKED
) AS each
ORDER BY each.next_at, each.id LIMIT %s
"""


def claim(*, lease: uuid.UUID) -> list[Delivery]:
    """Lease what is due, at most `CLAIM_ROWS`, with platform and decision loaded."""
    claim_picked(Delivery, _DUE, [CLAIM_PER_PLATFORM, CLAIM_ROWS], lease=lease, seconds=LEASE_SECONDS)
    return list(held(Delivery, lease).select_related("platform", "decision").order_by("pk"))


def record_attempt(*, delivery: Delivery, lease: uuid.UUID, sent: Sent, jitter: float) -> bool:
    """Write what came of an attempt; False, and nothing written, when the lease was lost meanwhile.

    `jitter` is uniform in [0, 1).
    """
    with transaction.atomic():
        stored = held(Delivery, lease, [delivery.pk]).update(**_after_attempt(delivery, sent, jitter))
        if stored and sent.gone:
            switch_endpoint_off(delivery.platform)
    return bool(stored)


def _after_attempt(delivery: Delivery, sent: Sent, jitter: float) -> dict[str, Any]:
    facts: dict[str, Any] = {"last_status": sent.status, "last_error": sent.error[:200]}
    if sent.delivered:
        return ended(Delivery.State.DELIVERED, facts | {"delivered_at": Now()})
    if sent.gone or delivery.attempts >= ATTEMPTS:
        return ended(Delivery.State.FAILED, facts)
    wait = wait_after(delivery.attempts, jitter=jitter, retry_after=sent.retry_after)
    return ended(Delivery.State.WAITING, facts | {"next_at": Now() + timedelta(seconds=wait)})


def release_unsent(*, delivery: Delivery, lease: uuid.UUID) -> None:
    """Give back an event whose attempt was not begun: it is due again, and nothing is held against it."""
    release(Delivery, lease, ids=[delivery.pk])


def wait_after(attempts: int, *, jitter: float, retry_after: float | None = None) -> float:
    """Seconds to wait after the `attempts`-th failed attempt (1 to 9): the schedule, or longer when asked to."""
    return max(WAITS[attempts - 1] * (1 + JITTER * jitter), retry_after or 0.0)


def switch_endpoint_off(platform: Platform) -> None:
    """The endpoint answered 410: give up what waits for it, until someone opens it again."""
    GoneEndpoint.objects.update_or_create(platform=platform, defaults={"endpoint": platform.endpoint, "at": Now()})
    Delivery.objects.filter(platform=platform, state=Delivery.State.WAITING).update(
        state=Delivery.State.FAILED, last_error=ENDPOINT_OFF
    )


def switch_endpoint_on(platform: Platform) -> int:
    """Open the endpoint again and send what was given up while it was off; returns how many."""
    with transaction.atomic():
        GoneEndpoint.objects.filter(platform=platform).delete()
        return replay(
            Delivery.objects.filter(platform=platform).filter(Q(last_error=ENDPOINT_OFF) | Q(last_status=410))
        )


def open_moved_endpoints() -> int:
    """A platform whose endpoint was gone and that has another now gets there what was given up; returns how many."""
    moved = GoneEndpoint.objects.exclude(endpoint=F("platform__endpoint")).exclude(platform__endpoint="")
    return sum(switch_endpoint_on(gone.platform) for gone in moved.select_related("platform"))


def replay(deliveries: Any) -> int:
    """Send again, from the first attempt on and under the same id, what was delivered or given up; returns how many."""
    again = deliveries.filter(state__in=[Delivery.State.FAILED, Delivery.State.DELIVERED])
    with transaction.atomic():
        count: int = again.update(
            state=Delivery.State.WAITING,
            attempts=0,
            next_at=Now(),
            delivered_at=None,
            last_error="",
            last_status=None,
        )
        ring_after_commit(DELIVER_TASK, DELIVER_QUEUE)
    return count


def free_expired_leases() -> int:
    """Give back what a vanished worker held; after the last attempt it is given up, for a person to see."""
    why = {"last_error": "lease expired"}
    return len(free_expired(Delivery, give_up_after=ATTEMPTS, back={"next_at": Now(), **why}, up=why))


def forget_old_deliveries(older_than: timedelta) -> int:
    """Remove events that were delivered or given up, by when they were written; the decisions stay. How many."""
    over = [Delivery.State.DELIVERED, Delivery.State.FAILED]
    return Delivery.objects.filter(state__in=over, created_at__lt=Now() - older_than).delete()[0]
