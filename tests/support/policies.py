"""A policy of the moderation desk for one test, put into force as an installation does it."""

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from moderation import DESK
from moderation.policy import DEFAULT, Policy, load_policy


@pytest.fixture
def use_policy(settings: Any, tmp_path: Path) -> Callable[..., Policy]:
    """Make the default policy with changed entries the file that the setting names; returns it."""
    numbers = itertools.count(1)

    def use(**changed: object) -> Policy:
        path = tmp_path / f"policy-{next(numbers)}.json"
        path.write_text(json.dumps({**json.loads(DEFAULT.read_text(encoding="utf-8")), **changed}), encoding="utf-8")
        settings.POLICY_FILES = {**settings.POLICY_FILES, DESK: str(path)}
        return load_policy(path)

    return use
