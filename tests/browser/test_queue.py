"""A moderator at work with the keyboard alone: from the most pressing post to the empty queue, and one step back."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from aimass_apps.submissions.models import Review
from moderation.models import Post
from tests.support.factories import answer_all, make_platform, make_version, receive, score_by_words
from tests.support.pages import overflow

THREAT, INSULT = "that is a promise", "you clown"


@pytest.fixture
def two_wait(transactional_db: None) -> None:
    """A threat and, less pressing, an insult."""
    make_version()
    receive(make_platform(), INSULT, THREAT)
    answer_all(score_by_words)


@pytest.fixture
def at_desk(page: Page, two_wait: None, sign_in) -> Page:
    sign_in(page, "moderator")
    expect(page.get_by_role("heading", name="Queue")).to_be_visible()
    return page


def text_of(page: Page) -> Locator:
    return page.locator(".desk-text .highlighted")


def outcomes() -> dict[str, str]:
    return dict(Post.objects.values_list("submission__text", "outcome"))


def press(page, key):
    """Press a key once htmx has taken hold of a part that it has just put in; before, a form would leave the page."""
    page.wait_for_function("[...document.querySelectorAll('[hx-post]')].every((each) => each['htmx-internal-data'])")
    page.keyboard.press(key)


def test_from_the_first_post_to_an_empty_queue(at_desk: Page) -> None:
    page = at_desk
    page.keyboard.press("n")
    expect(text_of(page)).to_have_text(THREAT)

    # What the models say is said, and ticked by nobody.
    expect(page.locator(".desk-label", has_text="Threat")).to_contain_text("suggested")
    expect(page.locator(".desk-label :checked")).to_have_count(0)
    press(page, "r")
    expect(page.get_by_text("Choose at least one label")).to_be_visible()
    threat = page.get_by_role("checkbox", name="Threat")
    page.keyboard.press(threat.get_attribute("data-key"))
    expect(threat).to_be_checked()
    press(page, "r")
    expect(text_of(page)).to_have_text(INSULT)
    expect(page.get_by_role("region", name="Messages")).to_contain_text("Removed.")
    assert outcomes()[THREAT] == "remove"

    press(page, "u")
    expect(text_of(page)).to_have_text(THREAT)
    assert not outcomes()[THREAT]
    press(page, "a")
    expect(text_of(page)).to_have_text(INSULT)
    press(page, "a")
    expect(page.get_by_text("Nothing else waits")).to_be_visible()
    assert outcomes() == {THREAT: "approve", INSULT: "approve"}

    page.keyboard.press("q")
    expect(page.get_by_text("The queue is empty")).to_be_visible()
    page.keyboard.press("n")
    expect(page.get_by_text("No post is free: the queue is empty, or others have its posts open.")).to_be_visible()


def test_a_post_passed_on_is_gone_from_the_moderators_queue(at_desk: Page) -> None:
    page = at_desk
    page.keyboard.press("n")
    expect(text_of(page)).to_have_text(THREAT)
    page.keyboard.press("e")
    dialog = page.get_by_role("dialog", name="Pass on to a senior moderator")
    expect(dialog.get_by_role("textbox")).to_be_focused()
    page.keyboard.type("Is this a joke between friends?")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(text_of(page)).to_have_text(INSULT)
    page.keyboard.press("q")
    expect(page.locator("#queue-rows tbody tr")).to_have_count(1)


def test_a_skipped_post_waits_on(at_desk: Page) -> None:
    page = at_desk
    page.keyboard.press("n")
    expect(text_of(page)).to_have_text(THREAT)
    page.keyboard.press("n")
    expect(text_of(page)).to_have_text(INSULT)
    page.keyboard.press("q")
    expect(page.locator("#queue-rows tbody tr")).to_have_count(2)


def test_the_queue_is_walked_and_shows_what_comes(at_desk: Page) -> None:
    page = at_desk
    page.keyboard.press("j")
    expect(page.get_by_role("link", name=THREAT)).to_be_focused()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name=INSULT)).to_be_focused()
    receive(make_platform(), "what a clown")
    answer_all(score_by_words)
    expect(page.get_by_role("link", name="what a clown")).to_be_visible()
    page.get_by_role("link", name=INSULT).press("Enter")
    expect(page).to_have_url(re.compile("/moderation/posts/"))
    expect(text_of(page)).to_have_text(INSULT)
    expect(page.get_by_role("button", name="Approve")).to_be_visible()
    assert taken() == [INSULT]


def taken() -> list[str]:
    return list(Post.objects.exclude(taken_by=None).values_list("submission__text", flat=True))


def test_a_post_opened_by_its_address_is_read_until_it_is_taken(at_desk: Page) -> None:
    page = at_desk
    page.goto(page.get_by_role("link", name=INSULT).get_attribute("href"))
    expect(text_of(page)).to_have_text(INSULT)
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    assert taken() == []
    page.keyboard.press("t")
    expect(page.get_by_role("button", name="Approve")).to_be_visible()
    assert taken() == [INSULT]


@pytest.mark.parametrize("field", ["Comment", "Reason", "Threat"])
def test_enter_in_a_field_decides_nothing(at_desk: Page, field: str) -> None:
    page = at_desk
    page.keyboard.press("n")
    expect(text_of(page)).to_have_text(THREAT)
    page.keyboard.press("4")
    page.get_by_label(field).first.focus()
    press(page, "Enter")
    page.keyboard.press("Escape")  # what Enter may have opened
    page.wait_for_timeout(500)
    expect(text_of(page)).to_have_text(THREAT)
    assert set(outcomes().values()) == {""}
    assert not Review.objects.exists()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_is_wider_than_its_window(open_page, two_wait: None, sign_in, width: int, scheme: str) -> None:
    page = open_page(width=width, scheme=scheme)
    sign_in(page, "moderator")
    page.goto("/moderation/")
    assert overflow(page) == []
    page.get_by_role("button", name="Take the next post").click()
    expect(text_of(page)).to_be_visible()
    assert overflow(page) == []
    page.get_by_role("button", name="Approve").click()
    expect(text_of(page)).to_have_text(INSULT)
    page.goto("/moderation/decided/")
    expect(page.get_by_role("link", name=THREAT)).to_be_visible()
    assert overflow(page) == []
