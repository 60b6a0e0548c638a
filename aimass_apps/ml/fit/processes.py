"""Several processes of one training, as `accelerate launch` starts them: one writes, the others wait.

Plain environment variables, so that a training without accelerate asks the same questions.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


def is_first() -> bool:
    """Whether this process writes files and talks; true where it is the only one."""
    return int(os.environ.get("RANK", "0")) == 0


def wait_for_all() -> None:
    """Return once every process of the training has come here."""
    if _are_several():
        from accelerate import PartialState

        PartialState().wait_for_everyone()


@contextmanager
def first_goes_first() -> Iterator[None]:
    """The first process runs the block alone, then the others do, and find what it left in a cache."""
    if not _are_several():
        yield
        return
    from accelerate import PartialState

    with PartialState().main_process_first():
        yield


def _are_several() -> bool:
    return int(os.environ.get("WORLD_SIZE", "1")) > 1
