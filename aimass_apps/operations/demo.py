"""Invented posts and visits, in and out again in one step."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

import moderation.demo.posts
import triage.demo.visits
from aimass_apps.learning.models import Dataset, Evaluation, TrainingRun


@dataclass(frozen=True)
class Demo:
    """How many posts and visits came or went."""

    posts: int
    visits: int


def load_demo() -> Demo:
    """Feed the invented posts and visits that are not there yet."""
    return Demo(posts=moderation.demo.posts.load_demo(), visits=triage.demo.visits.load_demo())


def wipe_demo() -> Demo:
    """Remove them with everything that came of them. Datasets that hold any of them go too: they can't be edited."""
    with transaction.atomic():
        _drop_datasets()
        return Demo(posts=moderation.demo.posts.wipe_demo(), visits=triage.demo.visits.wipe_demo())


def _drop_datasets() -> None:
    demo = Q(examples__submission__post__platform__is_demo=True) | Q(
        examples__submission__assessment__visit__is_demo=True
    )
    datasets = Dataset.objects.filter(pk__in=Dataset.objects.filter(demo).values("pk"))
    # What was learned and measured stays known; only the rows go.
    Evaluation.objects.filter(dataset__in=datasets).update(dataset=None)
    TrainingRun.objects.filter(dataset__in=datasets).update(dataset=None)
    datasets.delete()
