"""Freezing reviewed examples into a dataset that never changes."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from aimass_apps.draws import drawn
from aimass_apps.learning.models import OPEN, Dataset, DatasetExample, Measurement, TrainingRun
from aimass_apps.people.models import User
from aimass_apps.registry.locks import one_at_a_time
from aimass_apps.registry.models import ModelVersion
from aimass_apps.submissions.desk import Example, desk_of
from aimass_apps.submissions.erasing import Counts, Holder, InUse, deleted

TEST_SHARE, VALIDATION_SHARE = 0.2, 0.1
OPEN_RUNS = (TrainingRun.State.WAITING, TrainingRun.State.RUNNING)


class NothingReviewed(ValueError):
    """There is no review to freeze yet."""


def choose_split(desk: str, content_hash: str) -> str:
    """The split of a text: by desk and hash alone, in every dataset that is ever frozen.

    So equal texts never lie on both sides of a split, and what judges the next version taught no earlier one.
    """
    place = drawn(f"split {desk}:{content_hash}")
    if place < TEST_SHARE:
        return DatasetExample.Split.TEST
    if place < TEST_SHARE + VALIDATION_SHARE:
        return DatasetExample.Split.VALIDATION
    return DatasetExample.Split.TRAIN


def freeze_dataset(*, desk: str, until: datetime, by: User | None = None) -> Dataset:
    """Freeze the latest review of every submission reviewed up to `until`.

    The same reviews give the same SHA-256. Raises `NothingReviewed` when there is none.
    """
    examples = list(desk_of(desk).examples(until))
    if not examples:
        raise NothingReviewed(f"Nobody has reviewed anything on the {desk} desk before {until:%Y-%m-%d %H:%M}.")
    rows = [_row(desk, example) for example in examples]
    with transaction.atomic():
        # One freeze at a time for each desk: numbers are consecutive.
        one_at_a_time("dataset", desk)
        last = Dataset.objects.filter(desk=desk).first()
        dataset = Dataset.objects.create(
            desk=desk,
            number=last.number + 1 if last else 1,
            until=until,
            size=len(rows),
            sha256=_hash_rows(examples, rows),
            summary=_summarise(rows),
            created_by=by,
        )
        for row in rows:
            row.dataset = dataset
        DatasetExample.objects.bulk_create(rows, batch_size=2000)
    return dataset


def _row(desk: str, example: Example) -> DatasetExample:
    return DatasetExample(
        submission=example.submission,
        review=example.review,
        labels=example.labels,
        weight=example.weight,
        split=choose_split(desk, example.submission.content_hash),
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


def holding(submissions: Sequence[int]) -> QuerySet[Dataset]:
    """The datasets that hold any of the submissions."""
    return Dataset.objects.filter(pk__in=DatasetExample.objects.filter(submission__in=submissions).values("dataset"))


def names_holding(submissions: Sequence[int]) -> list[str]:
    """These datasets by name, each with the model versions that learned from it."""
    named = []
    for dataset in holding(submissions).order_by("desk", "number"):
        learned = ModelVersion.objects.filter(training_run__dataset=dataset).order_by("pk")
        names = ", ".join(map(str, learned))
        named.append(f"dataset {dataset} ({names} learned from it)" if names else f"dataset {dataset}")
    return named


def drop_holding(submissions: Sequence[int]) -> Counts:
    """Drop these datasets. Raises `InUse` while a training reads or is to read one of them."""
    datasets = holding(submissions)
    for run in TrainingRun.objects.filter(dataset__in=datasets, state__in=OPEN_RUNS):
        raise InUse(f"A training that has not ended reads dataset {run.dataset}: stop it on the page Models first.")
    return drop_datasets(datasets)


def drop_datasets(datasets: QuerySet[Dataset]) -> Counts:
    """Remove datasets whole. What was learned and measured stays known; only the rows go."""
    wanted = Dataset.objects.filter(pk__in=set(datasets.values_list("pk", flat=True)))
    measured = Measurement.objects.filter(dataset__in=wanted)
    measured.filter(state__in=OPEN).delete()  # nothing is left to measure on
    measured.update(dataset=None)
    TrainingRun.objects.filter(dataset__in=wanted).update(dataset=None)
    return deleted(wanted)


HOLDER = Holder(names=names_holding, drop=drop_holding)
