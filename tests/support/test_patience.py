"""Waits grow with the slowness of the machine, and never shrink."""

import os

import pytest

from tests.support.patience import (
    LONGEST,
    LOOP_SECONDS,
    START_SECONDS,
    compare,
    eventually,
    patience,
    set_limit,
    slowness,
)


@pytest.mark.parametrize(
    ("loop", "start", "factor"),
    [
        (LOOP_SECONDS, START_SECONDS, 1),
        (LOOP_SECONDS / 9, START_SECONDS / 9, 1),  # a quicker machine waits as long: that costs nothing
        (LOOP_SECONDS * 5, START_SECONDS, 5),
        (LOOP_SECONDS, START_SECONDS * 3, 3),
        (LOOP_SECONDS * 500, START_SECONDS, LONGEST),
    ],
)
def test_the_slower_of_computing_and_starting_counts(loop: float, start: float, factor: float) -> None:
    assert compare(loop=loop, start=start) == pytest.approx(factor)


def test_it_is_measured_once_and_every_wait_follows() -> None:
    assert patience(10) == patience(10) == 10 * slowness() >= 10


def test_the_limit_of_a_test_follows_too(pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """pytest-timeout reads PYTEST_TIMEOUT, which tests/conftest.py sets when no person did."""
    monkeypatch.delenv("PYTEST_TIMEOUT")
    set_limit(pytestconfig)
    assert float(os.environ["PYTEST_TIMEOUT"]) == pytest.approx(300 * slowness(), abs=1)
    monkeypatch.setenv("PYTEST_TIMEOUT", "7")
    set_limit(pytestconfig)
    assert os.environ["PYTEST_TIMEOUT"] == "7"


def test_what_never_comes_is_told() -> None:
    answers = iter([0, "", "here"])
    assert eventually(lambda: next(answers)) == "here"
    with pytest.raises(AssertionError, match="nothing within"):
        eventually(lambda: False, within=0.01)
