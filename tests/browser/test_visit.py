"""A clinician at work with the keyboard alone: a visit opened, a proposal changed, taken back, confirmed."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.pages import overflow
from tests.support.patience import patience
from triage.models import Assessment

# The first page of a process reads the rules and the catalogue.
expect.set_options(timeout=patience(20_000))
TEXT = "Steady pain under the right ribs since a fatty meal, fever, vomited twice. Denies chest pain."


@pytest.fixture
def at_desk(page: Page, sign_in) -> Page:
    sign_in(page, "clinician")
    expect(page.get_by_role("heading", name="Visits")).to_be_visible()
    return page


def write_visit(page: Page) -> None:
    page.keyboard.press("n")
    expect(page.get_by_role("heading", name="New visit")).to_be_visible()
    page.locator("#id_age").fill("58")
    page.get_by_text("Male", exact=True).click()
    page.get_by_label("Symptoms").fill(TEXT)
    page.get_by_label("Heart rate").fill("104")


def test_from_the_list_to_a_recorded_judgement(at_desk: Page) -> None:
    page = at_desk
    expect(page.get_by_text("Nobody is waiting")).to_be_visible()
    write_visit(page)
    expect(page.get_by_text("Pregnant")).to_be_hidden()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="58 years · Male")).to_be_visible()
    expect(page.locator("mark").first).to_be_visible()
    expect(page.get_by_text("No model is live for this language")).to_be_visible()

    page.keyboard.press("e")
    dialog = page.get_by_role("dialog", name="Change the proposal")
    expect(dialog.locator("input:checked")).to_be_focused()
    dialog.get_by_text("Very urgent", exact=True).click()
    dialog.get_by_label("Comment").fill("Looks unwell.")
    page.keyboard.press("Control+Enter")
    expect(dialog.get_by_label("Reason")).to_be_focused()  # the browser asks for what is missing
    expect(dialog.get_by_label("Comment")).to_have_value("Looks unwell.")
    dialog.get_by_label("Reason").select_option("examination")
    for field in (dialog.get_by_label("Comment"), dialog.get_by_label("Condition"), dialog.locator("input:checked")):
        field.press("Enter")  # judges nothing by itself
    page.wait_for_timeout(500)
    expect(dialog).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Your judgement is recorded.")).to_be_visible()
    expect(page.locator("#record")).to_contain_text("Examination shows something else")

    page.keyboard.press("u")
    expect(page.locator("dialog[open] input:focus")).to_be_visible()
    page.keyboard.press("Space")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#record")).to_contain_text("Taken back")
    page.keyboard.press("c")
    expect(page.locator("#record")).to_contain_text("Confirmed")
    page.keyboard.press("l")
    expect(page.get_by_text("Nobody is waiting")).to_be_visible()
    assert Assessment.objects.get().state == Assessment.State.CLOSED


def test_what_is_wrong_is_said_and_nothing_is_lost(at_desk: Page) -> None:
    page = at_desk
    write_visit(page)
    page.get_by_label("Temperature").fill("38,4")
    page.get_by_label("Heart rate").fill("190")
    expect(page.get_by_label("Heart rate")).to_have_value("190")
    page.keyboard.press("Control+Enter")
    tick = page.get_by_label("Heart rate 190 /min is right")
    expect(tick).to_be_visible()
    expect(page.get_by_label("Symptoms")).to_have_value(TEXT)
    tick.check()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("190 /min")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_is_wider_than_its_window(open_page, sign_in, width: int, scheme: str) -> None:
    page = open_page(width=width, scheme=scheme)
    sign_in(page, "clinician")
    page.goto("/triage/new/")
    assert overflow(page) == []
    page.get_by_label("Age", exact=True).fill("58")
    page.get_by_text("Male", exact=True).click()
    page.get_by_label("Symptoms").fill(TEXT)
    page.get_by_role("button", name="Assess").click()
    expect(page.get_by_role("heading", name="58 years · Male")).to_be_visible()
    assert overflow(page) == []
    page.goto("/triage/")
    assert overflow(page) == []
