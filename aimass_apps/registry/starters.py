"""Brings the model versions that ship with the project into the database."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from aimass_apps.people.models import User
from aimass_apps.registry.artefacts import starters
from aimass_apps.registry.models import ModelVersion, Stage
from aimass_apps.registry.stages import move_version
from aimass_apps.registry.store import install_version


@dataclass(frozen=True)
class Installed:
    """One starter after installation, and whether it went live now."""

    version: ModelVersion
    went_live: bool


def install_starters(
    folder: Path, *, by: User | None = None, progress: Callable[[str], None] = lambda _: None
) -> list[Installed]:
    """Install every starter; one goes live where nothing is, or where an older starter is.

    A version that people trained and promoted stays: the new starter then waits as a candidate.
    """
    installed = []
    for place in starters(folder=folder):
        progress(place.name)
        version = install_version(folder=place, by=by, starter=True)
        installed.append(Installed(version, _go_live(version, by)))
    return installed


def _go_live(version: ModelVersion, by: User | None) -> bool:
    if version.stage != Stage.CANDIDATE:
        return False
    live = ModelVersion.objects.filter(
        desk=version.desk, kind=version.kind, language=version.language, stage=Stage.LIVE
    ).first()
    if live is not None and not live.starter:
        return False
    move_version(version=version, to=Stage.LIVE, by=by, reason="starter of this release")
    return True
