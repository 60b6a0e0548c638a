from collections import Counter

import pytest
from django.db import ProgrammingError, transaction
from django.utils import timezone

from aimass_apps.learning.datasets import NothingReviewed, choose_split, freeze_dataset
from aimass_apps.people.models import User
from aimass_apps.submissions.desk import Example
from aimass_apps.submissions.models import Submission
from aimass_apps.submissions.reviews import AlreadyReviewed, record_review
from tests.support.desks import StubDesk, stand_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def reviewed(monkeypatch):
    """Twenty reviewed posts of a desk that gives them all as examples."""
    person = User.objects.create_user("reviewer", role="moderator")
    submissions = Submission.objects.bulk_create(
        Submission(desk="moderation", language="en", text=f"post {n}", content_hash=f"{n:064x}") for n in range(20)
    )
    reviews = [
        record_review(submission=each, by=person, verdict="remove", labels={"insult": True}) for each in submissions
    ]

    def examples(until):
        return iter(Example(review.submission, review, {"insult": True}) for review in reviews if review.at <= until)

    stub = StubDesk()
    monkeypatch.setattr(stub, "examples", examples, raising=False)
    stand_in(monkeypatch, stub)
    for review in reviews:
        review.refresh_from_db()
    return reviews


def test_a_dataset_holds_every_review_and_says_so(reviewed):
    dataset = freeze_dataset(desk="moderation", until=timezone.now())
    assert dataset.size == dataset.examples.count() == 20
    assert dataset.summary["labels"] == {"insult": 20}
    assert sum(dataset.summary["splits"].values()) == 20


def test_the_same_reviews_give_the_same_hash_and_splits_and_the_next_number(reviewed):
    until = timezone.now()
    first, second = (freeze_dataset(desk="moderation", until=until) for _ in range(2))
    assert (first.sha256, first.number + 1) == (second.sha256, second.number)
    splits = [list(each.examples.order_by("submission").values_list("split", flat=True)) for each in (first, second)]
    assert splits[0] == splits[1]


def test_reviews_after_the_moment_are_left_out(reviewed):
    with pytest.raises(NothingReviewed):
        freeze_dataset(desk="moderation", until=timezone.now().replace(year=2020))


def test_a_frozen_dataset_can_not_be_edited(reviewed):
    dataset = freeze_dataset(desk="moderation", until=timezone.now())
    with pytest.raises(ProgrammingError), transaction.atomic():
        type(dataset).objects.filter(pk=dataset.pk).update(size=1)
    with pytest.raises(ProgrammingError), transaction.atomic():
        dataset.examples.update(labels={})


def test_a_correction_names_the_review_it_replaces(reviewed):
    first = reviewed[0]
    again = {"submission": first.submission, "by": first.by, "verdict": "approve", "labels": {}}
    with pytest.raises(AlreadyReviewed):
        record_review(**again)
    assert record_review(**again, replaces=first).replaces == first
    with pytest.raises(AlreadyReviewed):
        record_review(**again, replaces=first)


def test_a_review_can_not_be_edited(reviewed):
    with pytest.raises(ProgrammingError), transaction.atomic():
        reviewed[0].submission.reviews.update(verdict="approve")


def test_splits_follow_the_text_alone_in_the_stated_shares():
    splits = Counter(choose_split("moderation", f"{n:064x}") for n in range(4000))
    assert 0.18 < splits["test"] / 4000 < 0.22
    assert 0.08 < splits["validation"] / 4000 < 0.12
    assert any(choose_split("moderation", f"{n:064x}") != choose_split("triage", f"{n:064x}") for n in range(20))


def test_a_text_stays_in_its_split_as_the_reviews_grow(reviewed):
    """What taught a version today must not judge the next one tomorrow; a repeated text goes where the first went."""
    held = {}
    for share in (8, 20):
        until = reviewed[share - 1].at
        dataset = freeze_dataset(desk="moderation", until=until)
        now = dict(dataset.examples.values_list("submission__content_hash", "split"))
        assert held.items() <= now.items()
        held = now
    assert len(held) == 20
