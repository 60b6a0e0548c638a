"""A real Chromium against a live server; every page must load without an error in its console."""

from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import Browser, Page

from aimass_apps.people.roles import Role
from tests.support.pages import Opener
from tests.support.patience import patience

PASSWORD = "a long enough password 7"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture
def open_page(browser: Browser, live_server) -> Iterator[Opener]:
    """Make pages at any width and colour scheme; at the end none may have had an error."""
    contexts, errors = [], []

    def make(width: int = 1280, height: int = 900, scheme: str = "light", **options: object) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            reduced_motion="reduce",
            **options,
        )
        context.set_default_timeout(patience(10_000))
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("requestfailed", lambda request: errors.append(f"failed: {request.url} {request.failure}"))
        return page

    yield make
    for context in contexts:
        context.close()
    # A request cut off by going to the next page is no error, nor is a form that comes back with what is wrong.
    harmless = ("net::ERR_ABORTED", "status of 422")
    assert [error for error in errors if not any(each in error for each in harmless)] == []


@pytest.fixture
def page(open_page: Opener) -> Page:
    return open_page()


@pytest.fixture
def person(transactional_db) -> Callable[[str], object]:
    """Make the person of a role, once."""

    def make(role: str) -> object:
        people = get_user_model().objects
        return people.filter(username=role).first() or people.create_user(
            role, password=PASSWORD, role=role, first_name=Role(role).label
        )

    return make


@pytest.fixture
def sign_in(person) -> Callable[[Page, str], None]:
    """Sign in through the form, as people do."""

    def through_the_form(page: Page, role: str) -> None:
        person(role)
        page.goto("/sign-in/")
        page.get_by_label("User name").fill(role)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/sign-in/" not in url)

    return through_the_form
