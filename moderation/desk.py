"""What the desk gives the platform: the four functions of its room."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from aimass_apps.registry.models import Desk
from aimass_apps.submissions.desk import Example, Room
from aimass_apps.submissions.models import Review
from moderation.intake import settle
from moderation.intake.reviewing import UNDO
from moderation.metrics import figures
from moderation.policy import LABELS


def examples(until: datetime) -> Iterator[Example]:
    """The review in force at `until` of every post that has one, in the order of posts."""
    standing = Review.objects.filter(submission__desk=Desk.MODERATION, at__lte=until)
    standing = standing.filter(Q(replaced_by=None) | Q(replaced_by__at__gt=until)).exclude(verdict=UNDO)
    for review in standing.select_related("submission").order_by("submission_id").iterator(2000):
        yield Example(review.submission, review, review.labels, review.sampling_weight)


def metrics(rows: Sequence[tuple[dict[str, Any], dict[str, float], float]]) -> dict[str, Any]:
    """`figures` of the rows, and which of them leads when versions are compared."""
    return {**figures(rows), "main": "mean_auc"}


def label_space() -> list[str]:
    return list(LABELS)


ROOM = Room(settle=settle, examples=examples, metrics=metrics, label_space=label_space)
