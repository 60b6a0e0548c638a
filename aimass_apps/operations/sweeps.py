"""What the sweep does for training and for the installation itself; every other app registers its own sweeps."""

from aimass_apps.learning.promotion import JUDGE_QUEUE, JUDGE_TASK
from aimass_apps.learning.runs import RUN_QUEUE, RUN_TASK, runs_wait
from aimass_apps.operations.heartbeats import forget_old_beats
from aimass_apps.queueing import sweep
from aimass_apps.queueing.doorbell import ring


def register() -> None:
    sweep.each_minute("doorbell of training", ring_training)
    sweep.each_minute("signs of life", forget_old_beats)


def ring_training() -> None:
    ring(JUDGE_TASK, JUDGE_QUEUE)
    # The training worker may be left out (TRAIN=0): no message for it without work.
    if runs_wait():
        ring(RUN_TASK, RUN_QUEUE)
