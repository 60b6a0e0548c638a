"""Freezing reviewed examples into a dataset that never changes."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from aimass_apps.learning.models import Dataset, DatasetExample
from aimass_apps.people.models import User
from aimass_apps.submissions.desk import Example, desk_of

TEST_SHARE, VALIDATION_SHARE = 0.2, 0.1


class NothingReviewed(ValueError):
    """There is no review to freeze yet."""


def choose_split(content_hash: str, seed: int) -> str:
    """The split of a text: by its hash alone, so that equal texts never lie on both sides of a split."""
    digest = hashlib.sha256(f"{seed}:{content_hash}".encode()).digest()
    place = int.from_bytes(digest[:4]) / 2**32
    if place < TEST_SHARE:
        return DatasetExample.Split.TEST
    if place < TEST_SHARE + VALIDATION_SHARE:
        return DatasetExample.Split.VALIDATION
    return DatasetExample.Split.TRAIN


def freeze_dataset(*, desk: str, until: datetime, seed: int, by: User | None = None) -> Dataset:
    """Freeze the latest review of every submission reviewed up to `until`.

    The same reviews and seed give the same SHA-256. Raises `NothingReviewed` when there is none.
    """
    examples = list(desk_of(desk).examples(until))
    if not examples:
        raise NothingReviewed(f"Nobody has reviewed anything on the {desk} desk before {until:%Y-%m-%d %H:%M}.")
    rows = [_row(example, seed) for example in examples]
    with transaction.atomic(), connection.cursor() as cursor:
        # One freeze at a time for each desk: numbers are consecutive.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"dataset {desk}"])
        last = Dataset.objects.filter(desk=desk).first()
        dataset = Dataset.objects.create(
            desk=desk,
            number=last.number + 1 if last else 1,
            until=until,
            seed=seed,
            size=len(rows),
            sha256=_hash_rows(examples, rows),
            summary=_summarise(rows),
            created_by=by,
        )
        for row in rows:
            row.dataset = dataset
        DatasetExample.objects.bulk_create(rows, batch_size=2000)
    return dataset


def _row(example: Example, seed: int) -> DatasetExample:
    return DatasetExample(
        submission=example.submission,
        review=example.review,
        labels=example.labels,
        weight=example.weight,
        split=choose_split(example.submission.content_hash, seed),
    )


def _hash_rows(examples: Iterable[Example], rows: Iterable[DatasetExample]) -> str:
    lines = sorted(
        json.dumps([example.submission.content_hash, row.labels, row.weight, row.split], sort_keys=True)
        for example, row in zip(examples, rows, strict=True)
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _summarise(rows: Iterable[DatasetExample]) -> dict[str, Any]:
    splits: Counter[str] = Counter()
    labels: Counter[str] = Counter()
    for row in rows:
        splits[row.split] += 1
        labels.update(label for label, value in row.labels.items() if value)
    return {"splits": dict(splits), "labels": dict(labels.most_common())}


def previous_dataset(dataset: Dataset) -> Dataset | None:
    """The one it supersedes."""
    return Dataset.objects.filter(desk=dataset.desk, number__lt=dataset.number).first()
