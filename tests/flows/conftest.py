"""A whole installation as `make run` starts it: PostgreSQL, Valkey, web, workers, beat, in a folder of its own."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.support.patience import patience
from tests.support.site import Site


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/flows/" in item.path.as_posix():
            item.add_marker(pytest.mark.processes)
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def installation() -> Iterator[Site]:
    with tempfile.TemporaryDirectory(prefix="aimass-flow-") as folder, Site(Path(folder)).running() as site:
        yield site


@pytest.fixture
def signed_in(browser: Browser, installation: Site) -> Iterator[Callable[[str], Page]]:
    """A page of a person who signed in through the form."""
    contexts: list[BrowserContext] = []

    def make(username: str) -> Page:
        context = browser.new_context(base_url=installation.url, reduced_motion="reduce")
        context.set_default_timeout(patience(20_000))
        contexts.append(context)
        page = context.new_page()
        page.goto("/sign-in/")
        page.get_by_label("User name").fill(username)
        page.get_by_label("Password").fill(installation.accounts[username])
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/sign-in/" not in url)
        return page

    yield make
    for context in contexts:
        context.close()
