"""Sign-in, theme, gallery, keys: the frame of every page, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

OVERFLOW = "document.documentElement.scrollWidth - innerWidth"


def theme(page):
    return page.evaluate("document.documentElement.dataset.theme")


def test_sign_in_by_keyboard_alone(page, person):
    person("ml_engineer")
    page.goto("/gallery/")
    expect(page.get_by_label("User name")).to_be_focused()
    page.keyboard.type("ml_engineer")
    page.keyboard.press("Tab")
    page.keyboard.type("a long enough password 7")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Components", level=1)).to_be_visible()


def test_a_wrong_password_is_said_in_words(page, person):
    person("moderator")
    page.goto("/sign-in/")
    page.get_by_label("User name").fill("moderator")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("do not go together")


def test_the_theme_switches_at_once_and_stays(page, sign_in):
    page.goto("/sign-in/")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Dark colours").click()
    assert theme(page) == "dark"
    # The colour may fade over; what counts is where it ends.
    page.wait_for_function("light => getComputedStyle(document.body).backgroundColor !== light", arg=light)
    page.reload()
    assert theme(page) == "dark"
    expect(page.get_by_role("button", name="Light colours")).to_be_visible()


def test_the_system_decides_until_somebody_does(open_page):
    dark = open_page(scheme="dark")
    dark.goto("/sign-in/")
    assert theme(dark) == "auto"
    expect(dark.get_by_role("button", name="Light colours")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 640, 390, 320])
def test_the_gallery_fits_every_window(open_page, sign_in, width):
    page = open_page(width=width)
    sign_in(page, "ml_engineer")
    page.goto("/gallery/")
    assert page.evaluate(OVERFLOW) <= 0
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()


def test_keys_press_what_they_are_written_on(page, sign_in):
    sign_in(page, "ml_engineer")
    page.goto("/gallery/")
    page.keyboard.press("r")
    expect(page.get_by_role("dialog", name="Remove the post?")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_label("Name").first.fill("")
    page.get_by_label("Name").first.press("r")
    expect(page.get_by_role("dialog", name="Remove the post?")).to_be_hidden()


def test_a_question_mark_lists_the_keys_of_the_page(page, sign_in):
    sign_in(page, "ml_engineer")
    page.goto("/gallery/")
    page.keyboard.press("Shift+?")
    help_dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(help_dialog).to_contain_text("Approve")
    expect(help_dialog).to_contain_text("Status")
    page.keyboard.press("Escape")
    expect(help_dialog).to_be_hidden()


def test_two_keys_lead_to_a_page(page, sign_in):
    sign_in(page, "ml_engineer")
    page.keyboard.press("g")
    page.keyboard.press("c")
    expect(page).to_have_url(re.compile("/gallery/$"))


def test_a_toast_appears_and_can_be_closed(page, sign_in):
    sign_in(page, "ml_engineer")
    page.goto("/gallery/")
    page.get_by_role("button", name="Toast").click()
    toast = page.get_by_role("region", name="Messages").get_by_text("Toast")
    expect(toast).to_be_visible()
    page.get_by_role("region", name="Messages").get_by_role("button", name="Close").click()
    expect(toast).to_have_count(0)


def test_unsaved_input_is_not_lost_by_a_click(page, sign_in):
    sign_in(page, "ml_engineer")
    page.goto("/gallery/")
    page.get_by_label("Symptoms").first.press_sequentially("headache")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_role("link", name="AI Mass Apps").click(no_wait_after=True)
    expect(page.get_by_label("Symptoms").first).to_have_value("headache")
    assert asked == ["beforeunload"]


def test_a_question_comes_before_the_form_is_sent(page):
    page.goto("/sign-in/")
    switch = page.get_by_role("button", name="Dark colours")
    switch.evaluate("button => { button.dataset.confirm = 'Sure?'; }")
    page.once("dialog", lambda dialog: dialog.dismiss())
    switch.click()
    assert theme(page) == "auto"
    page.once("dialog", lambda dialog: dialog.accept())
    switch.click()
    assert theme(page) == "dark"


def test_the_menu_signs_out(page, sign_in):
    sign_in(page, "ml_engineer")
    page.goto("/gallery/")
    page.locator(".user-button").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/sign-in/"))


def test_sign_in_works_without_scripts(open_page, person):
    person("ml_engineer")
    page = open_page(java_script_enabled=False)
    page.goto("/sign-in/?next=/gallery/")
    page.get_by_role("button", name="Dark colours").click()
    assert page.locator("html[data-theme=dark]").count() == 1
    page.goto("/sign-in/?next=/gallery/")
    page.get_by_label("User name").fill("ml_engineer")
    page.get_by_label("Password").fill("a long enough password 7")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Components", level=1)).to_be_visible()
