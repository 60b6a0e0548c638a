"""The read-back in a real browser: it comes while typing, is corrected by a click, and counts for the proposal."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.pages import Opener, overflow
from tests.support.patience import patience
from triage.models import Assessment

pytestmark = pytest.mark.django_db(transaction=True)
expect.set_options(timeout=patience(20_000))


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_what_was_understood_is_corrected_by_a_click(open_page: Opener, sign_in, width: int, scheme: str) -> None:
    page = open_page(width=width, scheme=scheme)
    sign_in(page, "clinician")
    page.goto("/triage/new/")
    expect(page.locator("#id_text")).to_be_focused()
    page.keyboard.type("CP 2/24, sweaty. No fever. Wobbly plinth.")
    chip = _chip(page, "chest pain")
    expect(chip).to_be_visible()
    expect(page.locator("#understood")).to_contain_text("plinth")
    chip.locator("summary").click()
    assert overflow(page) == []
    chip.get_by_role("button", name="Does not have it").click()
    expect(_chip(page, "chest pain")).to_contain_text("corrected")
    page.get_by_label("Add a finding").fill("stiff neck")
    page.locator("#offers button").first.click()
    expect(_chip(page, "neck")).to_be_visible()
    page.locator("#id_age").fill("58")
    page.get_by_text("Male", exact=True).click()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="58 years · Male")).to_be_visible()
    corrections = Assessment.objects.get().submission.sealed_facts["corrections"]
    assert ["chest_pain", "absent", "chest pain"] in corrections
    assert len(corrections) == 2


def _chip(page: Page, name: str):
    return page.locator("details.read-chip", has_text=name).first
