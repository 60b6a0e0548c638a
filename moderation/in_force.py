"""The policy that this installation follows."""

from functools import cache
from pathlib import Path

from django.conf import settings

from moderation.decide import DEFAULT, Policy, load_policy


def current_policy() -> Policy:
    """The file that MODERATION_POLICY names, else the default one; read once by each process."""
    return _load(str(getattr(settings, "MODERATION_POLICY", "") or DEFAULT))


@cache
def _load(path: str) -> Policy:
    return load_policy(Path(path))
