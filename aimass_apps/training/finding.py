"""Finding a version by the name that pages and commands print: `moderation-bert-en-3`."""

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
