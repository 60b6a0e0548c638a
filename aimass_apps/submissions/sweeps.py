"""What the sweep does for the ledger."""

from datetime import timedelta

from aimass_apps.queueing import sweep
from aimass_apps.queueing.doorbell import ring
from aimass_apps.submissions import ledger
from aimass_apps.submissions.settling import settle_forgotten

FORGOTTEN_AFTER = timedelta(seconds=30)


def register() -> None:
    """Late answers are given up first, so that their submissions are settled by the same sweep."""
    sweep.each_minute("late answers", ledger.give_up_remote)
    sweep.each_minute("predictions", ledger.free_expired_leases)
    sweep.each_minute("unsettled submissions", settle_unsettled)
    sweep.each_minute("doorbell of scoring", ring_scoring)


def settle_unsettled() -> int:
    return settle_forgotten(older_than=FORGOTTEN_AFTER)


def ring_scoring() -> None:
    ring(ledger.SCORE_TASK, ledger.SCORE_QUEUE)
    # Its worker is left out where no endpoint is named: no message for it without work.
    if ledger.remote_waits():
        ring(ledger.REMOTE_TASK, ledger.REMOTE_QUEUE)
