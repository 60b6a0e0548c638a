"""A newer revision takes the older ones out of the queue."""

import pytest

from aimass_apps.delivery.models import Delivery
from aimass_apps.submissions.models import Decision
from moderation.intake import AlreadyDecided, Incoming, Judgement, receive_posts, review_post, take_item
from moderation.models import Post
from tests.support.factories import answer_all, make_platform, make_version, score_by_words

pytestmark = pytest.mark.django_db


def send(platform, revision, text="what a clown", external_id="post"):
    receive_posts(platform=platform, posts=[Incoming(external_id, text, revision=revision)])


def post(revision, platform, external_id="post"):
    return Post.objects.get(platform=platform, external_id=external_id, revision=revision)


def test_the_older_revision_leaves_the_queue_and_the_platform_hears_it(platform, moderator):
    make_version()
    send(platform, 1)
    answer_all(score_by_words)
    first = take_item(post=post(1, platform).pk, by=moderator)
    send(platform, 2)
    assert post(1, platform).state == "queued"  # nothing leaves before the new one is judged
    answer_all(score_by_words)
    old, new = post(1, platform), post(2, platform)
    assert (old.state, old.outcome, old.taken_by, new.state) == ("closed", "superseded", None, "queued")
    told = Delivery.objects.get().payload["data"]
    assert (told["post"]["revision"], told["decision"]["action"]) == (1, "superseded")
    assert told["decision"]["reasons"] == [{"code": "newer_revision", "label": "", "revision": 2}]
    with pytest.raises(AlreadyDecided):
        review_post(post=first.pk, by=moderator, judgement=Judgement("approve"))


def test_an_older_one_that_is_scored_late_is_never_queued(platform):
    make_version()
    send(platform, 2)
    send(platform, 1)
    answer_all(score_by_words)
    assert (post(1, platform).outcome, post(2, platform).state) == ("superseded", "queued")
    decision = Decision.objects.get()
    assert (decision.action, decision.submission) == ("superseded", post(1, platform).submission)
    # The same reason as for one that waited; what the models found stays with the post.
    assert decision.reasons == [{"code": "newer_revision", "label": "", "revision": 2}]
    assert {reason["code"] for reason in post(1, platform).reasons} == {"score"}


def test_decided_revisions_and_other_posts_stay(platform, moderator):
    make_version()
    elsewhere = make_platform()
    send(platform, 1)
    send(platform, 1, external_id="other")
    send(elsewhere, 1)
    answer_all(score_by_words)
    review_post(post=post(1, platform).pk, by=moderator, judgement=Judgement("remove", frozenset({"insult"})))
    send(platform, 2, text="a quiet day")
    answer_all(score_by_words)
    assert (post(1, platform).outcome, post(2, platform).outcome) == ("remove", "clear")
    assert post(1, platform, "other").state == post(1, elsewhere).state == "queued"


def test_one_drawn_for_audit_is_clear_still(platform):
    make_version()
    send(platform, 1, text="a quiet day")
    answer_all(score_by_words)
    Post.objects.update(state="queued", closed_at=None, audited=True)
    send(platform, 2)
    answer_all(score_by_words)
    assert (post(1, platform).state, post(1, platform).outcome) == ("closed", "clear")
    assert Decision.objects.count() == 1


def test_posts_are_written_in_one_order_whatever_the_order_of_the_call(platform):
    """Two calls that repeat each other's posts would wait for one another otherwise."""
    receive_posts(platform=platform, posts=[Incoming(name, "a quiet day") for name in "cab"])
    assert list(Post.objects.order_by("pk").values_list("external_id", flat=True)) == ["a", "b", "c"]
