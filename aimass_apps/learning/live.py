"""What is live at a desk now."""

from collections.abc import Iterator
from pathlib import Path

from aimass_apps.registry.kinds import keys_where
from aimass_apps.registry.models import ModelVersion, Stage
from aimass_apps.registry.store import unpack_version


def live_version(desk: str, kind: str, language: str) -> ModelVersion | None:
    return ModelVersion.objects.filter(desk=desk, kind=kind, language=language, stage=Stage.LIVE).first()


def versions_to_combine(desk: str) -> list[ModelVersion]:
    """The desk's live versions, which an ensemble or a learned urgency combines."""
    asked = keys_where(lambda kind: not kind.combines)
    return list(ModelVersion.objects.filter(desk=desk, stage=Stage.LIVE, kind__in=asked).order_by("pk"))


def live_members(desk: str) -> Iterator[Path]:
    """The unpacked folders of the versions to combine; none is fetched before it is needed."""
    for version in versions_to_combine(desk):
        yield unpack_version(version)
