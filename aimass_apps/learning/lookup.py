"""Finding versions and datasets by the names that pages and commands print."""

from aimass_apps.learning.models import Dataset
from aimass_apps.registry.models import ModelVersion


class NoSuchVersion(LookupError):
    """No version has this name."""


def find_version(name: str) -> ModelVersion:
    """The version called `<desk>-<kind>-<language>-<number>`. Raises `NoSuchVersion`."""
    parts = name.split("-")
    if len(parts) == 4 and parts[3].isdecimal():
        desk, kind, language, number = parts
        found = ModelVersion.objects.filter(desk=desk, kind=kind, language=language, number=int(number)).first()
        if found is not None:
            return found
    known = ", ".join(str(version) for version in ModelVersion.objects.defer("manifest", "card")[:20])
    raise NoSuchVersion(f"There is no version {name!r}. Known: {known or 'none yet'}.")


class NoSuchDataset(LookupError):
    """No frozen dataset has this name."""


def find_dataset(name: str) -> Dataset:
    """The dataset called `<desk>-<number>`. Raises `NoSuchDataset`."""
    desk, _, number = name.partition("-")
    found = Dataset.objects.filter(desk=desk, number=int(number)).first() if number.isdecimal() else None
    if found is None:
        known = ", ".join(str(dataset) for dataset in Dataset.objects.all()[:20])
        raise NoSuchDataset(f"There is no dataset {name!r}. Known: {known or 'none: run freeze_dataset first'}.")
    return found
