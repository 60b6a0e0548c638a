"""Artefacts in PostgreSQL: a version's files go in whole, and come out verified, on every machine."""

import os
import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path

from django.conf import settings
from django.db import transaction

from aimass_apps.people.models import User
from aimass_apps.registry.artefacts import MANIFEST, BrokenArtefact, read_manifest, sha256, verify
from aimass_apps.registry.locks import one_at_a_time
from aimass_apps.registry.models import ArtefactFile, ModelVersion, Stage, StageChange

CARD = "card.md"


def install_version(*, folder: Path, by: User | None = None, starter: bool = False) -> ModelVersion:
    """Store the artefact in `folder` as a new candidate, or return the version that already holds it.

    Raises `artefacts.BrokenArtefact` when a file is missing or differs from its hash, or the desk is not here.
    """
    manifest = read_manifest(folder)
    verify(folder)
    if manifest.desk not in settings.DESKS:
        raise BrokenArtefact(f"is for a desk that is not here ({manifest.desk})", folder / MANIFEST)
    digest = sha256(folder / MANIFEST)
    with transaction.atomic():
        # Two installations can't take one number; the first of a place finds no row that it could lock.
        one_at_a_time("version", manifest.desk, manifest.kind, manifest.language)
        same = ModelVersion.objects.filter(desk=manifest.desk, kind=manifest.kind, language=manifest.language)
        held = list(same.order_by("-number"))
        for version in held:
            if version.manifest_sha256 == digest:
                return version
        card = folder / CARD
        version = ModelVersion.objects.create(
            desk=manifest.desk,
            kind=manifest.kind,
            language=manifest.language,
            number=held[0].number + 1 if held else 1,
            name=manifest.name,
            manifest=asdict(manifest),
            manifest_sha256=digest,
            card=card.read_text(encoding="utf-8") if card.is_file() else "",
            starter=starter,
            created_by=by,
        )
        ArtefactFile.objects.bulk_create(
            ArtefactFile(version=version, name=name, sha256=expected, content=(folder / name).read_bytes())
            for name, expected in {**manifest.files, MANIFEST: digest}.items()
        )
        StageChange.objects.create(version=version, to_stage=Stage.CANDIDATE, by=by, reason="installed")
    return version


def unpack_version(version: ModelVersion) -> Path:
    """The version's folder on this machine, fetched from the database when it is not here yet.

    Readers always see a whole folder: it is filled under another name and then renamed. The hashes
    are checked by whoever loads it (`inference.predictor.load_predictor`).
    """
    target = Path(settings.ARTEFACT_CACHE) / f"{version}-{version.manifest_sha256[:12]}"
    if (target / MANIFEST).is_file():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f"{target.name}.", dir=target.parent))
    for name, content in version.files.values_list("name", "content"):
        (temporary / name).write_bytes(bytes(content))
    try:
        os.rename(temporary, target)
    except OSError:
        # Another process of this machine was first; its folder is as whole as ours.
        shutil.rmtree(temporary)
        if not (target / MANIFEST).is_file():
            raise
    return target


def forget_unpacked(version: ModelVersion) -> None:
    """Remove this machine's copy, so that the next load fetches it again (after a failed hash check)."""
    folder = Path(settings.ARTEFACT_CACHE) / f"{version}-{version.manifest_sha256[:12]}"
    shutil.rmtree(folder, ignore_errors=True)
