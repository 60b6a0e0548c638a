"""Leases, judgements, undo, reversal, escalation: who may do what when, and what is written."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from aimass_apps.delivery.models import Delivery
from aimass_apps.people.roles import Role
from aimass_apps.submissions.models import Decision, Review
from moderation.desk import ModerationDesk
from moderation.intake import (
    AlreadyDecided,
    ItemHeld,
    Judgement,
    NothingToUndo,
    escalate_post,
    release_item,
    renew,
    reverse_decision,
    review_post,
    take_item,
    take_next,
    undo_review,
)
from moderation.models import Post
from moderation.queries import QueueFilter, queue
from tests.support.factories import answer_all, make_platform, make_version, receive, score_by_words
from tests.support.people import make_person

pytestmark = pytest.mark.django_db
REMOVE = Judgement("remove", frozenset({"insult"}), "rules", "called someone a name")
APPROVE = Judgement("approve")


def expire(post):
    Post.objects.filter(pk=post.pk).update(taken_until=timezone.now() - timedelta(seconds=1))


def test_the_most_pressing_comes_first_and_is_leased_for_ten_minutes(queued, moderator):
    post = take_next(by=moderator)
    assert post == queued[0]
    assert timedelta(minutes=9, seconds=50) < post.taken_until - timezone.now() <= timedelta(minutes=10)


def test_asking_again_gives_the_same_post(queued, moderator):
    assert take_next(by=moderator) == take_next(by=moderator)


def test_two_people_get_different_posts_and_the_last_nothing(queued):
    people = [make_person() for _ in range(4)]
    posts = [take_next(by=person) for person in people]
    assert posts == [*queued, None]


def test_skipping_frees_the_post_and_gives_another(queued, moderator):
    first = take_next(by=moderator)
    second = take_next(by=moderator, skip=first.pk)
    assert second == queued[1]
    assert Post.objects.get(pk=first.pk).taken_by is None


def test_an_expired_post_returns_to_its_place(queued, moderator):
    taken = take_next(by=moderator)
    expire(taken)
    assert take_next(by=make_person()) == taken


def test_renewing(queued, moderator):
    post = take_next(by=moderator)
    expire(post)
    assert renew(post=post.pk, by=moderator).taken_until > timezone.now()
    expire(post)
    other = make_person()
    take_item(post=post.pk, by=other)
    assert renew(post=post.pk, by=moderator) is None
    assert not release_item(post=post.pk, by=moderator)
    assert release_item(post=post.pk, by=other)


def test_nobody_decides_what_another_holds(queued, moderator):
    post = take_next(by=moderator)
    for act in (
        lambda by: review_post(post=post.pk, by=by, judgement=APPROVE),
        lambda by: escalate_post(post=post.pk, by=by, note="?"),
        lambda by: take_item(post=post.pk, by=by),
    ):
        with pytest.raises(ItemHeld):
            act(make_person())
    assert not Review.objects.exists()


def test_a_decision_is_review_decision_and_delivery_at_once(queued, moderator):
    post = take_next(by=moderator)
    before = Delivery.objects.count()
    decision = review_post(post=post.pk, by=moderator, judgement=REMOVE)
    review = Review.objects.get()
    assert (review.by, review.verdict, review.reason, review.comment) == (
        moderator,
        "remove",
        "rules",
        "called someone a name",
    )
    assert review.labels == {label: label in {"toxic", "insult"} for label in ModerationDesk().label_space()}
    assert review.seconds is not None
    assert next(iter(review.shown.values()))["threat"] == pytest.approx(0.8)
    assert decision.review == review
    delivery = Delivery.objects.get(decision=decision)
    assert delivery.payload["data"]["decision"]["action"] == "remove"
    assert "called someone" not in str(delivery.payload)
    assert Delivery.objects.count() == before + 1
    post.refresh_from_db()
    assert (post.state, post.outcome, post.taken_by) == ("closed", "remove", None)


def test_nothing_is_written_when_the_delivery_fails(queued, moderator, monkeypatch):
    post = take_next(by=moderator)

    def broken(**values):
        raise RuntimeError

    monkeypatch.setattr("moderation.intake.reviewing.announce", broken)
    with pytest.raises(RuntimeError):
        review_post(post=post.pk, by=moderator, judgement=REMOVE)
    assert not Review.objects.exists()
    assert Post.objects.get(pk=post.pk).state == "queued"


def test_a_decided_post_is_decided_once(queued, moderator):
    post = take_next(by=moderator)
    review_post(post=post.pk, by=moderator, judgement=APPROVE)
    with pytest.raises(AlreadyDecided):
        review_post(post=post.pk, by=moderator, judgement=REMOVE)
    assert take_item(post=post.pk, by=moderator).taken_by is None


def test_undo_gives_the_post_back_and_tells_the_platform(queued, moderator):
    post = take_next(by=moderator)
    first = review_post(post=post.pk, by=moderator, judgement=REMOVE)
    undone = undo_review(post=post.pk, by=moderator)
    assert (undone.state, undone.outcome, undone.taken_by) == ("queued", "", moderator)
    reopened = Decision.objects.get(reverses=first)
    assert reopened.delivery.payload["data"]["decision"]["action"] == "reopen"
    assert list(ModerationDesk().examples(timezone.now())) == []
    review_post(post=post.pk, by=moderator, judgement=APPROVE)
    assert [example.review.verdict for example in ModerationDesk().examples(timezone.now())] == ["approve"]


def test_only_ones_own_recent_decision_can_be_undone(queued, moderator):
    post = take_next(by=moderator)
    with pytest.raises(NothingToUndo):
        undo_review(post=post.pk, by=moderator)
    review_post(post=post.pk, by=moderator, judgement=REMOVE)
    with pytest.raises(NothingToUndo):
        undo_review(post=post.pk, by=make_person())
    undo_review(post=post.pk, by=moderator)
    with pytest.raises(NothingToUndo):
        undo_review(post=post.pk, by=moderator)


def test_reversal_keeps_the_history(queued, moderator, senior):
    post = take_next(by=moderator)
    with pytest.raises(AlreadyDecided):
        reverse_decision(post=post.pk, by=senior, judgement=APPROVE)
    first = review_post(post=post.pk, by=moderator, judgement=REMOVE)
    second = reverse_decision(post=post.pk, by=senior, judgement=APPROVE)
    assert second.reverses == first
    assert second.review.replaces == first.review
    assert Post.objects.get(pk=post.pk).outcome == "approve"
    assert [example.review.by for example in ModerationDesk().examples(timezone.now())] == [senior]


def test_escalated_posts_wait_for_seniors_alone(queued, moderator, senior):
    post = take_next(by=moderator)
    escalate_post(post=post.pk, by=moderator, note="is this a real threat?")
    assert post not in queue(moderator)
    assert take_next(by=moderator) != post
    assert take_next(by=senior, chosen=QueueFilter(escalated=True)) == post
    with pytest.raises(AlreadyDecided):
        escalate_post(post=post.pk, by=senior, note="again")


def test_filters(queued, moderator):
    other = make_platform()
    receive(other, "some clown")
    answer_all(score_by_words)
    assert queue(moderator).count() == 4
    assert queue(moderator, QueueFilter(platform=str(other.public_id))).count() == 1
    assert queue(moderator, QueueFilter(label="threat")).count() == 1
    assert queue(moderator, QueueFilter(language="zh")).count() == 0
    assert take_next(by=moderator, chosen=QueueFilter(label="insult")).reasons[0]["label"] in {"toxic", "insult"}


def test_waiting_raises_a_post_in_the_queue(queued, moderator):
    last = queued[-1]
    assert queue(moderator).first() == queued[0]
    Post.objects.filter(pk=last.pk).update(
        received_at=timezone.now() - timedelta(hours=5), priority=queued[0].priority - 14
    )
    first = queue(moderator).first()
    assert first == last
    assert first.points == pytest.approx(queued[0].priority + 1, abs=0.1)


def test_sampling_weight_goes_with_the_review(platform, moderator, use_policy):
    use_policy(audit_share=0.9999)
    make_version()
    receive(platform, "a quiet day")
    answer_all(score_by_words)
    post = take_next(by=moderator)
    decision = review_post(post=post.pk, by=moderator, judgement=APPROVE)
    assert decision.review.sampling_weight == pytest.approx(1 / 0.9999)
    assert decision.reverses.action == "clear"
    assert next(ModerationDesk().examples(timezone.now())).weight == pytest.approx(1 / 0.9999)


def test_examples_are_those_of_the_moment(queued, moderator, senior):
    post = take_next(by=moderator)
    review_post(post=post.pk, by=moderator, judgement=REMOVE)
    between = Review.objects.get().at
    reverse_decision(post=post.pk, by=senior, judgement=APPROVE)
    assert [example.review.verdict for example in ModerationDesk().examples(between)] == ["remove"]


def test_metrics_name_the_leading_figure():
    rows = [({"insult": True}, {"insult": 0.9}, 1.0), ({"insult": False}, {"insult": 0.9}, 3.0)]
    rows.append(({"insult": False}, {"insult": 0.1}, 1.0))
    found = ModerationDesk().metrics(rows)
    assert found["main"] == "mean_auc"
    assert found["auc:insult"] == pytest.approx((1 + 3 / 2) / 4)
    assert found["brier"] == pytest.approx((0.01 + 3 * 0.81 + 0.01) / 5)


@pytest.mark.django_db(transaction=True)
def test_two_moderators_at_the_same_moment_get_different_posts(queued):
    people = [make_person(Role.MODERATOR) for _ in range(3)]
    start, taken = threading.Barrier(3), []

    def take(person):
        start.wait()
        taken.append(take_next(by=person).pk)
        connection.close()

    threads = [threading.Thread(target=take, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == sorted(post.pk for post in queued)


@pytest.mark.django_db(transaction=True)
def test_two_decisions_at_the_same_moment_leave_one(queued, moderator):
    post = take_next(by=moderator)
    start, results = threading.Barrier(2), []

    def decide(judgement):
        start.wait()
        try:
            review_post(post=post.pk, by=moderator, judgement=judgement)
            results.append("decided")
        except AlreadyDecided:
            results.append("refused")
        connection.close()

    threads = [threading.Thread(target=decide, args=[judgement]) for judgement in (APPROVE, REMOVE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["decided", "refused"]
    assert Decision.objects.filter(submission=post.submission_id).count() == 1
