"""What makes lost messages and vanished workers cost a minute and nothing else."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

from aimass_apps.delivery import outbox
from aimass_apps.delivery.outbox import DELIVER_QUEUE, DELIVER_TASK
from aimass_apps.learning.promotion import JUDGE_QUEUE, JUDGE_TASK
from aimass_apps.learning.runs import RUN_QUEUE, RUN_TASK, runs_wait
from aimass_apps.queueing.doorbell import ring
from aimass_apps.submissions.ledger import (
    REMOTE_QUEUE,
    REMOTE_TASK,
    SCORE_QUEUE,
    SCORE_TASK,
    free_expired_leases,
    give_up_remote,
    remote_waits,
)
from aimass_apps.submissions.settling import settle_forgotten
from moderation.intake import forget_old_receipts

FORGOTTEN_AFTER = timedelta(seconds=30)


@dataclass(frozen=True)
class Swept:
    """How many rows each broom found."""

    predictions: int
    deliveries: int
    settled: int


def sweep_once() -> Swept:
    """Free expired leases, settle what nobody settled, and ring every doorbell."""
    give_up_remote()
    swept = Swept(free_expired_leases(), outbox.free_expired_leases(), settle_forgotten(older_than=FORGOTTEN_AFTER))
    ring(SCORE_TASK, SCORE_QUEUE)
    ring(DELIVER_TASK, DELIVER_QUEUE)
    ring(JUDGE_TASK, JUDGE_QUEUE)
    # Their workers may be left out (no endpoint, TRAIN=0): no message for them without work.
    if remote_waits():
        ring(REMOTE_TASK, REMOTE_QUEUE)
    if runs_wait():
        ring(RUN_TASK, RUN_QUEUE)
    return swept


def forget_once() -> int:
    """Remove traffic records that are older than the installation keeps them; how many rows."""
    kept = timedelta(days=settings.KEEP_TRAFFIC_DAYS)
    return outbox.forget_old_deliveries(kept) + forget_old_receipts(kept)
