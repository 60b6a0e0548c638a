"""Which reviews a version was trained on, so that it is never measured on them.

A version's file names them by the last eight bytes of their keyed hashes: a hundred thousand reviews take 0.8 MB, two
different texts are taken for one once in 10^14 pairs, and without HASH_KEY no guessed text can be confirmed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict
from pathlib import Path

from aimass_apps.learning.models import Dataset, DatasetExample, TrainingRun
from aimass_apps.registry.artefacts import read_manifest, write_manifest
from aimass_apps.registry.models import ModelVersion

NAME = "reviews"  # of the source that a frozen dataset becomes, in a manifest's data
FILE = "learned-from.hashes"  # in an artefact
BYTES = 8

Hashes = frozenset[bytes]


def short(content_hash: str) -> bytes:
    """The end of a submission's content hash (hex)."""
    return bytes.fromhex(content_hash)[-BYTES:]


def learned_of(version: ModelVersion) -> Hashes | None:
    """The short hashes of all reviews that the version, or one that it goes on from, learned from; None: unknown."""
    content = version.files.filter(name=FILE).values_list("content", flat=True).first()
    if content is not None:
        return _read(bytes(content))
    if NAME not in {each.get("name") for each in version.manifest.get("data", [])}:
        return frozenset()
    return _of_its_run(version)


def keep_learned(folder: Path, dataset: Dataset, language: str, earlier: Iterable[ModelVersion]) -> None:
    """Write the file into a trained artefact; none where an `earlier` version that it builds on has no such file."""
    known = [learned_of(version) for version in earlier]
    if any(each is None for each in known):
        return
    hashes = _rows(dataset, language).union(*(each for each in known if each))
    (folder / FILE).write_bytes(b"".join(sorted(hashes)))
    manifest = asdict(read_manifest(folder))
    write_manifest(folder, manifest, sorted({*manifest["files"], FILE}))


def without_learned(examples: Collection[DatasetExample], learned: Hashes) -> list[DatasetExample]:
    """The examples whose texts are not among the learned ones; their submissions should be fetched with them."""
    return [each for each in examples if short(each.submission.content_hash) not in learned]


def _rows(dataset: Dataset, language: str) -> Hashes:
    """All but the test rows: validation rows decide about thresholds, and when a training ends."""
    rows = dataset.examples.exclude(split=DatasetExample.Split.TEST)
    if language != "any":
        rows = rows.filter(submission__language=language)
    return frozenset(short(each) for each in rows.values_list("submission__content_hash", flat=True))


def _of_its_run(version: ModelVersion) -> Hashes | None:
    """For versions made before artefacts held this file: the rows of their training run."""
    run = TrainingRun.objects.filter(result=version).select_related("dataset", "base").first()
    if run is None or run.dataset is None:
        return None
    earlier = learned_of(run.base) if run.base else frozenset()
    return None if earlier is None else _rows(run.dataset, version.language) | earlier


def _read(content: bytes) -> Hashes:
    return frozenset(content[start : start + BYTES] for start in range(0, len(content), BYTES))
