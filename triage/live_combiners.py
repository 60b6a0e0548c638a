"""Which versions combine the answers to a visit: the ensemble and the learned urgency.

They have no slot in the ledger, since they read no text. They are chosen when the other versions are asked, by the
same hash, and kept with the assessment; their files are opened when a proposal is written.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Generic, TypeVar

from aimass_apps.registry.artefacts import BrokenArtefact, verify
from aimass_apps.registry.models import ModelVersion, Stage
from aimass_apps.registry.routing import choose_routes
from aimass_apps.registry.store import forget_unpacked, unpack_version
from triage import DESK

log = logging.getLogger(__name__)
Opened = TypeVar("Opened")


@dataclass(frozen=True, slots=True)
class LiveCombiner(Generic[Opened]):
    """The combining version of a submission; `opened` is None where its artefact can't be used."""

    version: ModelVersion
    opened: Opened | None


def version_for(kind: str, languages: Sequence[str], content_hash: str) -> ModelVersion | None:
    """The version of a kind for a text, live or canary: its own language before any. None without one."""
    versions = ModelVersion.objects.filter(desk=DESK, kind=kind, stage__in=[Stage.LIVE, Stage.CANARY]).defer(
        "manifest", "card"
    )
    fitting = [route.version for route in choose_routes(versions, languages, content_hash)]
    order = {language: place for place, language in enumerate(languages)}
    return min(fitting, key=lambda version: order.get(version.language, len(order)), default=None)


def open_combiner(version: ModelVersion | None, opens: Callable[[Path], Opened]) -> LiveCombiner[Opened] | None:
    """The version that an assessment was given, opened."""
    return None if version is None else LiveCombiner(version, open_version(version, opens))


def open_version(version: ModelVersion, opens: Callable[[Path], Opened]) -> Opened | None:
    """What the version holds; None, and a line in the log, where its artefact is missing or altered."""
    try:
        opened: Opened = _opened(version.pk, opens)
    except (BrokenArtefact, OSError, KeyError, TypeError, ValueError) as error:
        log.error("%s can't be used: %s", version, type(error).__name__)
        forget_unpacked(version)
        return None
    return opened


@lru_cache(maxsize=16)
def _opened(version_id: int, opens: Callable[[Path], Any]) -> Any:
    # A version's files never change, so what was opened once stays right.
    folder = unpack_version(ModelVersion.objects.get(pk=version_id))
    verify(folder)
    return opens(folder)
