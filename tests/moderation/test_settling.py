"""From scores to clear, flagged or removed, with decisions and deliveries, each once."""

import pytest
from django.utils import timezone

from aimass_apps.delivery.models import Delivery
from aimass_apps.submissions.models import Decision, Prediction, Submission
from moderation.intake import settle
from moderation.models import Post
from tests.support.factories import answer_all, make_platform, make_version, receive, score_by_words

pytestmark = pytest.mark.django_db


def test_clear_and_flagged(platform):
    make_version()
    rude, quiet = receive(platform, "what a clown", "a quiet day")
    answer_all(score_by_words)
    rude.refresh_from_db()
    quiet.refresh_from_db()
    assert (rude.state, rude.outcome, rude.flagged) == ("queued", "", True)
    assert [reason["label"] for reason in rude.reasons] == ["toxic", "insult"]
    assert rude.reasons[0]["score"] == pytest.approx(0.9)
    assert (quiet.state, quiet.outcome, quiet.flagged) == ("closed", "clear", False)
    assert quiet.closed_at is not None
    # The platform hears of what is decided; the flagged post is not, yet.
    assert [delivery.payload["data"]["post"]["external_id"] for delivery in Delivery.objects.all()] == [
        quiet.external_id
    ]
    assert list(Decision.objects.values_list("submission", "action", "policy_version")) == [
        (quiet.submission_id, "clear", "default-1")
    ]


def test_no_text_in_events(platform):
    make_version()
    receive(platform, "a quiet day")
    answer_all(score_by_words)
    assert "quiet" not in str(Delivery.objects.get().payload)


def test_a_broken_model_sends_the_post_to_a_person(platform):
    make_version()
    (post,) = receive(platform, "a quiet day")
    answer_all(lambda submission: None)
    post.refresh_from_db()
    assert (post.state, post.flagged) == ("queued", True)
    assert [reason["code"] for reason in post.reasons] == ["model_unavailable"]


def test_no_live_version_sends_the_post_to_a_person(platform):
    from aimass_apps.submissions.settling import settle_forgotten

    (post,) = receive(platform, "a quiet day")
    settle_forgotten()
    post.refresh_from_db()
    assert [reason["code"] for reason in post.reasons] == ["model_unavailable"]


def test_a_part_in_another_language_sends_the_post_to_a_person(platform):
    make_version()
    mixed, unclear = receive(platform, "a quiet day, это мой новый дом", "😂 123")
    answer_all(score_by_words)
    mixed.refresh_from_db()
    unclear.refresh_from_db()
    assert (mixed.submission.language, mixed.state) == ("mixed", "queued")
    assert [reason["code"] for reason in mixed.reasons] == ["language_unread"]
    assert (unclear.submission.language, unclear.state, unclear.outcome) == ("unknown", "closed", "clear")
    assert unclear.submission.predictions.count() == 1


def test_audit_is_cleared_and_queued_unmarked(platform, use_policy):
    use_policy(audit_share=1.0)
    make_version()
    (post,) = receive(platform, "a quiet day")
    answer_all(score_by_words)
    post.refresh_from_db()
    assert (post.state, post.outcome, post.audited, post.flagged) == ("queued", "clear", True, False)
    assert post.priority > 10
    assert Decision.objects.get().action == "clear"


def test_a_policy_may_remove(platform, use_policy):
    use_policy(act={"insult": 0.85})
    make_version()
    (post,) = receive(platform, "what a clown")
    answer_all(score_by_words)
    post.refresh_from_db()
    assert (post.state, post.outcome) == ("closed", "remove")
    assert Delivery.objects.get().payload["data"]["decision"]["by"] == "policy"


def test_strikes_raise_the_priority(platform):
    make_version()
    first, other = receive(platform, "what a clown", author="ann") + receive(platform, "you clown", author="bob")
    Post.objects.filter(pk=first.pk).update(
        state="closed", outcome="remove", flagged=True, closed_at="2026-01-01T00:00Z"
    )
    (third,) = receive(platform, "such a clown", author="ann")
    answer_all(score_by_words)
    third.refresh_from_db()
    other.refresh_from_db()
    assert third.priority_parts["strikes"] == 2.0
    assert other.priority_parts["strikes"] == 0.0


def test_platform_without_endpoint_gets_no_delivery():
    make_version()
    receive(make_platform(endpoint=""), "a quiet day")
    answer_all(score_by_words)
    assert Decision.objects.count() == 1
    assert not Delivery.objects.exists()


def test_queries_do_not_grow_with_the_posts(platform, django_assert_num_queries):
    make_version()
    receive(platform, *[f"{'what a clown' if place % 2 else 'a quiet day'} {place}" for place in range(64)])
    Prediction.objects.update(state="done", scores={"toxic": 0.1}, done_at=timezone.now())
    Prediction.objects.filter(submission__text__contains="clown").update(scores={"toxic": 0.9})
    submissions = list(Submission.objects.prefetch_related("predictions__version"))
    with django_assert_num_queries(10):
        settle(submissions)
    assert (Post.objects.filter(state="queued").count(), Post.objects.filter(outcome="clear").count()) == (32, 32)
    assert Delivery.objects.count() == 32
