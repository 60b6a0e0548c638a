"""The figures on automatic decisions: asked for, waited for, shown without a reload, at both widths."""

import pytest
from playwright.sync_api import expect

from aimass_apps.ml.risk import Case
from moderation import automatic_figures
from moderation.risk_cases.reviewed import Reviewed
from tests.support.factories import make_version
from tests.support.pages import overflow


@pytest.fixture
def many_reviews(transactional_db, monkeypatch) -> None:
    make_version()
    cases = [Case(str(number), -4 * number / 1500, wrong=number % 400 == 7) for number in range(1500)]
    found = Reviewed(cases, cases[:90], audited=1500, until=None)
    monkeypatch.setattr(automatic_figures, "reviewed_cases", lambda version: found)


@pytest.mark.parametrize("width", [1280, 390])
def test_figures_come_by_themselves_once_a_worker_has_them(open_page, many_reviews, sign_in, width) -> None:
    page = open_page(width=width)
    sign_in(page, "administrator")
    page.goto("/moderation/automatic/")
    expect(page.get_by_text("Nothing has been calculated for this version yet")).to_be_visible()
    page.get_by_role("button", name="Calculate", exact=True).click()
    expect(page.get_by_text("They appear here by themselves")).to_be_visible()
    automatic_figures.work_out_waiting()
    expect(page.get_by_role("button", name="Calculate again")).to_be_visible()
    expect(page.get_by_text("reviewed posts would have been decided so")).to_be_visible()
    assert overflow(page) == []
