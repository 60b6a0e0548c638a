"""The desk's pages: who may open them, what they show, and what each button does."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aimass_apps.people.roles import Role
from aimass_apps.submissions.models import Review
from moderation.intake import review_post, take_item, take_next
from moderation.intake.reviewing import Judgement
from moderation.models import Post
from tests.support.factories import answer_all, make_version, receive, score_by_words
from tests.support.people import make_person, sign_in

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def desk():
    return sign_in(Role.MODERATOR)


def url(name, post=None):
    return reverse(f"moderation:{name}", args=[post.public_id] if post else [])


def pages(post):
    reading = [url("queue"), url("live_queue"), url("history"), url("item", post)]
    writing = [url("next"), *[url(name, post) for name in ("take", "review", "skip", "escalate", "undo", "lease")]]
    return reading, writing


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.CLINICAL_LEAD, Role.ML_ENGINEER, Role.ADMINISTRATOR])
def test_other_roles_see_and_change_nothing(queued, role):
    client, _ = sign_in(role)
    reading, writing = pages(queued[0])
    assert [client.get(page).status_code for page in reading] == [403] * len(reading)
    assert [client.post(page).status_code for page in writing] == [403] * len(writing)
    assert client.post(url("reverse", queued[0])).status_code == 403
    assert not Review.objects.exists()


def test_an_outsider_is_asked_to_sign_in(queued):
    reading, writing = pages(queued[0])
    for answer in [Client().get(page) for page in reading] + [Client().post(page) for page in writing]:
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("sign_in"))


def test_only_seniors_reverse(queued, desk):
    client, person = desk
    review_post(post=queued[0].pk, by=person, judgement=Judgement("remove", frozenset({"threat"})))
    assert client.post(url("reverse", queued[0]), {"action": "approve"}).status_code == 403
    senior, _ = sign_in(Role.SENIOR_MODERATOR)
    assert senior.post(url("reverse", queued[0]), {"action": "approve"}).status_code == 302
    assert Post.objects.get(pk=queued[0].pk).outcome == "approve"


def test_the_queue_says_what_and_why(queued, desk):
    client, _ = desk
    page = client.get(url("queue")).content.decode()
    assert page.index("that is a promise") < page.index("you clown")
    assert "Threat" in page
    assert "80 %" in page
    assert "a quiet day" not in page


def test_a_language_that_no_model_reads_is_said(platform, desk):
    make_version()
    (mixed,) = receive(platform, "a quiet day, это мой новый дом")
    answer_all(score_by_words)
    client, person = desk
    page = client.get(url("queue")).content.decode()
    assert "Language not read" in page
    take_item(post=mixed.pk, by=person)
    assert "a part is in a language that no model reads" in client.get(url("item", mixed)).content.decode()


def test_an_empty_queue_says_so(desk):
    client, _ = desk
    assert "The queue is empty" in client.get(url("queue")).content.decode()
    assert "Nothing waits in this part" in client.get(url("queue") + "?label=spam").content.decode()


def test_nonsense_in_the_filter_shows_all(queued, desk):
    client, _ = desk
    page = client.get(url("queue") + "?label=nonsense&platform=1&language=%00&escalated=maybe")
    assert "that is a promise" in page.content.decode()


def test_the_poll_answers_only_when_something_changed(queued, desk):
    client, _person = desk
    seen = client.get(url("queue")).context["seen"]
    assert client.get(url("live_queue"), {"seen": seen}).status_code == 204
    take_next(by=make_person())
    changed = client.get(url("live_queue"), {"seen": seen})
    assert changed.status_code == 200
    assert "has it open" in changed.content.decode()


def test_taking_the_next_opens_it(queued, desk):
    client, person = desk
    answer = client.post(url("next"))
    assert answer["Location"] == url("item", queued[0])
    page = client.get(answer["Location"]).content.decode()
    assert "that is a promise" in page
    assert 'data-key="a"' in page
    assert 'data-key="r"' in page
    assert 'data-key="e"' in page
    assert "flags from" in page
    assert Post.objects.get(pk=queued[0].pk).taken_by == person


def test_hostile_text_is_escaped(platform, desk, queued):
    client, _ = desk
    (post,) = receive(platform, "<script>alert(1)</script> clown", author="<b>ann</b>")
    answer_all(score_by_words)
    for page in (url("queue"), url("item", post)):
        body = client.get(page).content.decode()
        assert "<script>alert" not in body
        assert "<b>ann" not in body


def test_a_decision_loads_the_next_post_with_an_undo(queued, desk):
    client, _person = desk
    client.post(url("take", queued[0]))
    answer = client.post(url("review", queued[0]), {"action": "remove", "labels": ["threat"]}, headers=HTMX)
    assert answer.status_code == 200
    assert answer["HX-Push-Url"] == url("item", queued[1])
    assert "Undo" in answer["HX-Trigger"]
    assert "<html" not in answer.content.decode()
    back = client.post(url("undo", queued[0]), headers=HTMX)
    assert back["HX-Redirect"] == url("item", queued[0])
    assert Post.objects.get(pk=queued[0].pk).state == "queued"


def test_without_script_a_decision_redirects(queued, desk):
    client, _ = desk
    answer = client.post(url("review", queued[0]), {"action": "approve"})
    assert answer["Location"] == url("item", queued[1])


def test_the_last_decision_says_that_nothing_is_left(queued, desk):
    client, _ = desk
    for post in queued[:-1]:
        client.post(url("review", post), {"action": "approve"}, headers=HTMX)
    answer = client.post(url("review", queued[-1]), {"action": "approve"}, headers=HTMX)
    assert "Nothing else waits" in answer.content.decode()


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"action": "explode"},
        {"action": "remove"},
        {"action": "remove", "labels": ["rude"]},
        {"action": "remove", "labels": ["threat"], "reason": "reclaimed"},
        {"action": "approve", "reason": "law"},
        {"action": "approve", "comment": "x" * 2001},
        {"action": "approve", "comment": "a\x00b"},
    ],
)
def test_bad_decisions_change_nothing(queued, desk, sent):
    client, _ = desk
    assert client.post(url("review", queued[0]), sent, headers=HTMX).status_code == 422
    assert client.post(url("review", queued[0]), sent).status_code == 422
    assert not Review.objects.exists()


def test_a_held_post_is_shown_but_not_decided(queued, desk):
    client, _ = desk
    take_item(post=queued[0].pk, by=make_person())
    page = client.get(url("item", queued[0])).content.decode()
    assert "Someone else is on it" in page
    assert 'data-key="r"' not in page
    answer = client.post(url("review", queued[0]), {"action": "approve"}, headers=HTMX)
    assert answer.status_code == 409
    assert "has this post open" in answer.content.decode()


def test_a_decided_post_says_who_and_when(queued, desk):
    client, _ = desk
    other = make_person()
    review_post(post=queued[0].pk, by=other, judgement=Judgement("remove", frozenset({"threat"}), "law", "noted"))
    page = client.get(url("item", queued[0])).content.decode()
    assert str(other) in page
    assert "Against the law" in page
    assert "noted" in page
    assert 'value="approve"' not in page


def test_escalation(queued, desk):
    client, _person = desk
    assert client.post(url("escalate", queued[0]), {"note": " "}, headers=HTMX).status_code == 422
    answer = client.post(url("escalate", queued[0]), {"note": "is it meant?"}, headers=HTMX)
    assert answer["HX-Push-Url"] == url("item", queued[1])
    mine = client.get(url("item", queued[0])).content.decode()
    assert "Passed on" in mine
    assert 'data-key="r"' not in mine
    assert client.post(url("review", queued[0]), {"action": "approve"}, headers=HTMX).status_code == 409
    other, _ = sign_in(Role.MODERATOR)
    assert other.get(url("item", queued[0])).status_code == 404
    senior, _ = sign_in(Role.SENIOR_MODERATOR)
    page = senior.post(url("take", queued[0]), follow=True).content.decode()
    assert "is it meant?" in page
    assert 'data-key="r"' in page


def test_the_lease_is_renewed_or_lost(queued, desk):
    client, _person = desk
    client.post(url("take", queued[0]))
    Post.objects.filter(pk=queued[0].pk).update(taken_until=timezone.now() + timedelta(seconds=5))
    assert 'data-seconds="599"' in client.post(url("lease", queued[0]), headers=HTMX).content.decode()
    Post.objects.filter(pk=queued[0].pk).update(taken_by=make_person())
    assert "no longer yours" in client.post(url("lease", queued[0]), headers=HTMX).content.decode()


def test_skipping(queued, desk):
    client, _ = desk
    client.post(url("take", queued[0]))
    answer = client.post(url("skip", queued[0]), headers=HTMX)
    assert answer["HX-Push-Url"] == url("item", queued[1])
    assert Post.objects.get(pk=queued[0].pk).taken_by is None


def test_history_finds_by_external_id_and_author(queued, desk):
    client, person = desk
    review_post(post=queued[0].pk, by=person, judgement=Judgement("approve"))
    found = client.get(url("history"), {"q": queued[0].external_id}).content.decode()
    assert "that is a promise" in found
    assert "that is a promise" in client.get(url("history"), {"q": "an", "mine": "on"}).content.decode()
    assert "Nothing found" in client.get(url("history"), {"q": "nobody"}).content.decode()
    assert client.get(url("history"), {"q": "\x00", "page": "zzz", "outcome": "explode"}).status_code == 200


def test_unknown_posts_are_not_found(desk):
    client, _ = desk
    missing = reverse("moderation:item", args=["00000000-0000-0000-0000-000000000000"])
    assert client.get(missing).status_code == 404


def test_pages_take_few_queries(queued, desk, django_assert_max_num_queries):
    client, _ = desk
    with django_assert_max_num_queries(12):
        client.get(url("queue"))
    with django_assert_max_num_queries(30):
        client.get(url("item", queued[0]))
