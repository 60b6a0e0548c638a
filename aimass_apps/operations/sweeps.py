"""What the sweep does for the installation itself; every other app registers its own sweeps."""

from aimass_apps.operations.heartbeats import forget_old_beats
from aimass_apps.queueing import sweep


def register() -> None:
    sweep.each_minute("signs of life", forget_old_beats)
