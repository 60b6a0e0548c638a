"""How long the tests wait on this machine: measured once, so that a slow machine fails no test that a quick one passes.

Every wait and timeout of a test that says "by then it must have happened" goes through `patience`; tests/test_tests.py
looks for those that do not.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache

import pytest

# What a quiet machine with two ordinary cores takes; all waits are written for such a one.
LOOP_SECONDS = 0.03
START_SECONDS = 0.02
LONGEST = 20.0  # nobody waits for hours for a test that hangs


def patience(seconds: float) -> float:
    """Return `seconds`, as many times over as this machine is slower than the one they were written for."""
    return seconds * slowness()


def eventually(what: Callable[[], object], *, within: float = 20.0) -> object:
    """Return the first true answer of `what`; AssertionError when none comes in time (for a quiet machine)."""
    deadline = time.monotonic() + patience(within)
    while time.monotonic() < deadline:
        if answer := what():
            return answer
        time.sleep(0.02)
    raise AssertionError(f"nothing within {patience(within):.0f} s")


def set_limit(config: pytest.Config) -> None:
    """End a test that hangs later on a slow machine, unless PYTEST_TIMEOUT or --timeout says when."""
    os.environ.setdefault("PYTEST_TIMEOUT", f"{patience(float(config.getini('timeout'))):.0f}")


@cache
def slowness() -> float:
    """Return how many times slower this machine is, 1 to 20, by computing and by starting a process."""
    return compare(loop=middle(count), start=middle(start_a_process))


def compare(*, loop: float, start: float) -> float:
    """Return the factor for the measured seconds."""
    return min(LONGEST, max(1.0, loop / LOOP_SECONDS, start / START_SECONDS))


def middle(action: Callable[[], object]) -> float:
    """Return the seconds of the middle one of three tries: one hiccup of the machine counts for nothing."""
    return sorted(seconds(action) for _ in range(3))[1]


def seconds(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def count() -> None:
    sum(number * number for number in range(400_000))


def start_a_process() -> None:
    subprocess.run([sys.executable, "-I", "-S", "-c", ""], check=True)
