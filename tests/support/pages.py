"""What browser tests ask of a page."""

from collections.abc import Callable

from playwright.sync_api import Page

Opener = Callable[..., Page]


def overflow(page: Page) -> list[str]:
    """What sticks out of the window to the right, outside of what scrolls by itself."""
    return page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] :
        [...document.querySelectorAll("body *")]
          .filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".table-wrap, .tabs, .nav"))
          .map((e) => `${e.tagName}.${e.className}`)"""
    )
