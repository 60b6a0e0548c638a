"""What the sweep does for the learning loop: work of vanished workers waits again, and the workers are rung."""

from aimass_apps.learning.judge_queue import free_judgements, judgements_wait
from aimass_apps.learning.judging import JUDGE_QUEUE, JUDGE_TASK
from aimass_apps.learning.runs import RUN_QUEUE, RUN_TASK, free_runs, runs_wait
from aimass_apps.queueing import sweep
from aimass_apps.queueing.doorbell import ring


def register() -> None:
    sweep.each_minute("leases of judgements", free_judgements)
    sweep.each_minute("leases of trainings", free_runs)
    sweep.each_minute("doorbells of the loop", ring_workers)


def ring_workers() -> None:
    if judgements_wait():
        ring(JUDGE_TASK, JUDGE_QUEUE)
    # The training worker may be left out (TRAIN=0): no message for it without work.
    if runs_wait():
        ring(RUN_TASK, RUN_QUEUE)
