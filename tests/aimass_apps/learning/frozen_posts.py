"""Reviewed posts, frozen, that a keyword version for "nitwit" answers rightly."""

from django.utils import timezone

from aimass_apps.learning.datasets import freeze_dataset
from aimass_apps.learning.models import Dataset
from aimass_apps.people.models import User
from aimass_apps.people.sealing import keyed_hash
from aimass_apps.submissions.models import Submission
from aimass_apps.submissions.reviews import record_review


def freeze_posts(person: User, count: int = 60) -> Dataset:
    """`count` posts, every second one rude, about a fifth of them among the test rows."""
    for number in range(count):
        text, rude = (f"you nitwit {number}", True) if number % 2 else (f"a quiet day {number}", False)
        row = Submission.objects.create(desk="moderation", language="en", text=text, content_hash=keyed_hash(text))
        record_review(submission=row, by=person, verdict="remove", labels={"insult": rude})
    return freeze_dataset(desk="moderation", until=timezone.now())
