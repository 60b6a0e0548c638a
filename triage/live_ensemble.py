"""Which ensemble version combines the answers to a visit: chosen like any version, but never asked.

It has no slot in the ledger, since it reads no text. It is drawn where the others are asked, from the same hash and at
the same moment, and kept with the assessment; it is opened where a proposal is written, from its few numbers.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from aimass_apps.inference.kinds.ensemble.kind import KIND as ENSEMBLE
from aimass_apps.inference.kinds.ensemble.predictor import Ensemble, open_ensemble
from aimass_apps.registry.artefacts import BrokenArtefact, verify
from aimass_apps.registry.models import ModelVersion, Stage
from aimass_apps.registry.routing import choose_routes
from aimass_apps.registry.store import forget_unpacked, unpack_version
from triage import DESK

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LiveEnsemble:
    """The ensemble version of a submission; `ensemble` is None where its artefact can't be used."""

    version: ModelVersion
    ensemble: Ensemble | None


def ensemble_for(languages: Sequence[str], content_hash: str) -> ModelVersion | None:
    """The ensemble for a text, live or on trial: one for its own language before one for any. None without one."""
    versions = ModelVersion.objects.filter(desk=DESK, kind=ENSEMBLE.key, stage__in=[Stage.LIVE, Stage.CANARY]).defer(
        "manifest", "card"
    )
    fitting = [route.version for route in choose_routes(versions, languages, content_hash)]
    order = {language: place for place, language in enumerate(languages)}
    return min(fitting, key=lambda version: order.get(version.language, len(order)), default=None)


def opened_ensemble(version: ModelVersion | None) -> LiveEnsemble | None:
    """The version that an assessment was given, opened."""
    return None if version is None else LiveEnsemble(version, open_version(version))


def open_version(version: ModelVersion) -> Ensemble | None:
    """The version's ensemble; None, and a line in the log, where its artefact is missing or altered."""
    try:
        return _opened(version.pk)
    except (BrokenArtefact, OSError, KeyError, TypeError, ValueError) as error:
        log.error("ensemble %s can't be used: %s", version, type(error).__name__)
        forget_unpacked(version)
        return None


@lru_cache(maxsize=8)
def _opened(version_id: int) -> Ensemble:
    # A version's files never change, so what was opened once stays right.
    folder = unpack_version(ModelVersion.objects.get(pk=version_id))
    verify(folder)
    return open_ensemble(folder)
