"""Progress of a long training on a terminal, and Ctrl-C or a TERM signal as a request to stop at a checkpoint."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from aimass_apps.ml.fit.progress import Progress, Stopped


class ConsoleReport:
    """Prints a line for each stage and each hundredth of it; raises `Stopped` after TERM or INT."""

    def __init__(self) -> None:
        self._stop = False
        self._shown: tuple[str, int] = ("", -1)

    @contextmanager
    def listening(self) -> Iterator[ConsoleReport]:
        """Take TERM and INT until the work inside is over."""
        before = {number: signal.signal(number, self._ask) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield self
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def __call__(self, progress: Progress) -> None:
        percent = int(100 * progress.done / max(1, progress.total))
        if (progress.stage, percent) != self._shown:
            self._shown = (progress.stage, percent)
            line = f"{progress.stage} {percent:3d} %  {progress.done}/{progress.total}  {progress.detail}\n"
            sys.stderr.write(line)
            sys.stderr.flush()
        if self._stop:
            raise Stopped(progress.stage)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self._stop = True
