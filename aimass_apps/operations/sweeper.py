"""What makes lost messages and vanished workers cost a minute and nothing else."""

from dataclasses import dataclass
from datetime import timedelta

from aimass_apps.delivery import outbox
from aimass_apps.delivery.outbox import DELIVER_QUEUE, DELIVER_TASK
from aimass_apps.submissions.doorbell import ring
from aimass_apps.submissions.ledger import SCORE_QUEUE, SCORE_TASK, free_expired_leases
from aimass_apps.submissions.settling import settle_forgotten
from aimass_apps.training.promotion import JUDGE_QUEUE, JUDGE_TASK
from aimass_apps.training.runs import RUN_QUEUE, RUN_TASK, runs_wait

FORGOTTEN_AFTER = timedelta(seconds=30)


@dataclass(frozen=True)
class Swept:
    """How many rows each broom found."""

    predictions: int
    deliveries: int
    settled: int


def sweep_once() -> Swept:
    """Free expired leases, settle what nobody settled, and ring every doorbell."""
    swept = Swept(free_expired_leases(), outbox.free_expired_leases(), settle_forgotten(older_than=FORGOTTEN_AFTER))
    ring(SCORE_TASK, SCORE_QUEUE)
    ring(DELIVER_TASK, DELIVER_QUEUE)
    ring(JUDGE_TASK, JUDGE_QUEUE)
    # Its worker may be left out (TRAIN=0): no message for it without work.
    if runs_wait():
        ring(RUN_TASK, RUN_QUEUE)
    return swept
