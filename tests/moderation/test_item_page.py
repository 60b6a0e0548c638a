"""The page of one post: reading takes nothing, ticks are the person's own, and Enter decides nothing."""

import re

import pytest

from aimass_apps.people.roles import Role
from aimass_apps.submissions.models import Review
from moderation.actions import taken_by_people
from moderation.intake import review_post, take_item
from moderation.intake.reviewing import Judgement
from moderation.models import Post
from tests.moderation.pages.test_pages import HTMX, pages, url
from tests.support.people import make_person, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return sign_in(Role.MODERATOR)


def test_reading_a_post_takes_no_lease(queued, desk):
    client, person = desk
    for page in [each for post in queued for each in pages(post)[0]]:
        client.get(page)
    assert not Post.objects.exclude(taken_by=None).exists()
    shown = client.get(url("item", queued[0])).content.decode()
    assert "that is a promise" in shown
    assert 'data-key="t"' in shown
    assert 'id="review"' not in shown
    taken = client.post(url("take", queued[0]) + "?language=en")
    assert taken["Location"] == url("item", queued[0]) + "?language=en"
    assert Post.objects.get(pk=queued[0].pk).taken_by == person
    assert 'id="review"' in client.get(taken["Location"]).content.decode()


def test_a_row_is_taken_by_a_press_unless_someone_else_has_it(queued, desk):
    client, _ = desk
    take_item(post=queued[0].pk, by=make_person())
    page = client.get(url("queue")).content.decode()
    assert f'data-take="{url("take", queued[1])}"' in page
    assert url("take", queued[0]) not in page
    assert url("item", queued[0]) in page


def test_what_the_models_say_is_suggested_and_never_ticked(queued, desk):
    client, person = desk
    page = client.post(url("take", queued[0]), follow=True)
    assert {each["value"] for each in page.context["labels"] if each["suggested"]} == {"threat", "toxic"}
    assert " checked" not in page.content.decode()
    assert "suggested" in page.content.decode()
    client.post(url("review", queued[0]), {"action": "approve"})
    review = Review.objects.get()
    assert not any(review.labels.values())
    assert next(iter(review.shown.values()))["threat"] > 0.5
    # Nor does the first person's judgement become the second one's.
    undone = client.post(url("undo", queued[0]))
    client.post(url("review", queued[0]), {"action": "remove", "labels": ["insult"]})
    senior, _ = sign_in(Role.SENIOR_MODERATOR)
    page = senior.get(undone["Location"])
    assert [each["value"] for each in page.context["labels"] if each["stated"]] == ["toxic", "insult"]
    assert " checked" not in page.content.decode()
    assert Review.objects.filter(by=person).count() == 3


def test_ticks_that_were_sent_come_back_with_what_is_wrong(queued, desk):
    client, _ = desk
    client.post(url("take", queued[0]))
    sent = {"action": "approve", "labels": ["spam"], "reason": "law"}
    page = client.post(url("review", queued[0]), sent, headers=HTMX)
    assert [each["value"] for each in page.context["labels"] if each["ticked"]] == ["spam"]


def test_enter_presses_no_decision(queued, desk):
    """Enter in a field presses the first submit button of its form: there it is one that does nothing."""
    client, person = desk
    mine = client.post(url("take", queued[0]), follow=True).content.decode()
    review_post(post=queued[1].pk, by=person, judgement=Judgement("approve"))
    senior, _ = sign_in(Role.SENIOR_MODERATOR)
    decided = senior.get(url("item", queued[1])).content.decode()
    for page in (mine, decided):
        assert len(re.findall('<button[^>]* form="review"', page)) == len(taken_by_people())
        form = page[page.index('<form id="review"') :]
        assert re.findall("<button[^>]*>", form)[0] == '<button type="submit" disabled hidden data-no-enter>'
