"""The catalogue in a real browser: found while typing, no address holds what was typed, nothing sticks out."""

import pytest

from aimass_apps.people.roles import Role
from tests.support.pages import Opener, overflow

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_the_catalogue_is_searched_while_typing(open_page: Opener, sign_in, width: int, scheme: str) -> None:
    page = open_page(width=width, scheme=scheme)
    sign_in(page, Role.CLINICIAN)
    page.goto("/triage/catalogue/")
    assert overflow(page) == []
    page.keyboard.press("/")
    page.keyboard.type("sick headache")
    page.get_by_role("link", name="Achalasia").wait_for(state="detached")
    assert page.locator("#found .row-main").count() == 1
    assert page.url.endswith("/triage/catalogue/")
    page.get_by_role("link", name="Migraine").click()
    page.get_by_role("heading", name="What speaks against it").wait_for()
    assert overflow(page) == []
    for part in ("findings", "rules", "evidence"):
        page.goto(f"/triage/catalogue/{part}/")
        assert overflow(page) == []
