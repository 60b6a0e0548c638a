"""The short form of `make bench`: floors low enough for a busy machine, high enough to notice a broken loop."""

from pathlib import Path

import pytest

from tests.bench.run import measure, report
from tests.support.patience import patience, slowness


@pytest.mark.processes
@pytest.mark.slow
def test_posts_flow_at_speed_and_one_alone_is_settled_within_two_seconds(tmp_path: Path) -> None:
    figures = measure(tmp_path / "home", posts=300, alone=20)

    print("\n" + report(figures))  # noqa: T201 - the figures are the point, `-rP` shows them
    assert figures.settled_per_second > 10 / slowness()
    assert figures.alone_p50 < patience(2000)
    assert figures.second_start < patience(30)  # the promise is 15 s on a machine that does nothing else
