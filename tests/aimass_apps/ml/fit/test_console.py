"""Ctrl-C during a training is a request; after it, Ctrl-C is Ctrl-C again."""

import os
import signal

import pytest

from aimass_apps.ml.fit.console import ConsoleReport
from aimass_apps.ml.fit.progress import Progress, Stopped

ASKING = (signal.SIGTERM, signal.SIGINT)


def handlers() -> list[object]:
    return [signal.getsignal(number) for number in ASKING]


def work(number: int) -> None:
    with ConsoleReport().listening() as report:
        report(Progress("fit", 1, 2))
        os.kill(os.getpid(), number)
        report(Progress("fit", 2, 2))


def broken_work(taken: list[object]) -> None:
    with ConsoleReport().listening():
        taken.extend(handlers())
        raise RuntimeError


@pytest.mark.parametrize("number", ASKING)
def test_a_signal_stops_the_work_at_its_next_report(number: int) -> None:
    before = handlers()
    with pytest.raises(Stopped):
        work(number)
    assert handlers() == before


def test_the_signals_are_given_back_whatever_ends_the_work() -> None:
    before, taken = handlers(), list[object]()
    with pytest.raises(RuntimeError):
        broken_work(taken)
    assert taken != before
    assert handlers() == before
