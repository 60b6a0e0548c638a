"""Demo posts: invented, a believable mix, in once and out again in one step."""

import json

import pytest

from aimass_apps.inference.text.language import detect_language
from aimass_apps.people.models import Platform
from aimass_apps.submissions.models import Review, Submission
from moderation.demo import posts
from moderation.intake import Judgement, review_post, take_next, undo_review
from moderation.models import Post
from tests.support.factories import answer_all, make_version, receive, score_by_words


def texts(language):
    raw = json.loads(posts.POSTS.read_text(encoding="utf-8"))
    return list(posts.demo_posts(language, raw))


def test_a_few_hundred_mostly_harmless_always_the_same():
    english, chinese = texts("en"), texts("zh")
    assert 150 <= len(english) <= 300
    assert 60 <= len(chinese) <= 150
    assert texts("en") == english
    raw = json.loads(posts.POSTS.read_text(encoding="utf-8"))
    rough = sum(len(raw["posts"]["en"][kind]) for kind in posts.ROUGH)
    assert 0.1 < rough / len(english) < 0.4
    assert all("{" not in post.text for post in english + chinese)
    assert sum(detect_language(post.text) == "zh" for post in chinese) > 0.8 * len(chinese)


@pytest.mark.django_db
def test_in_once_and_out_in_one_step(platform, moderator):
    (kept,) = receive(platform, "a quiet day")
    make_version()
    loaded = posts.load_demo()
    assert loaded == Post.objects.filter(platform__is_demo=True).count() > 200
    assert posts.load_demo() == 0
    answer_all(score_by_words)
    post = take_next(by=moderator)
    review_post(post=post.pk, by=moderator, judgement=Judgement("approve"))
    undo_review(post=post.pk, by=moderator)
    assert posts.wipe_demo() == loaded
    assert [post.pk for post in Post.objects.all()] == [kept.pk]
    assert Submission.objects.count() == 1
    assert not Review.objects.exists()
    assert list(Platform.objects.all()) == [platform]
