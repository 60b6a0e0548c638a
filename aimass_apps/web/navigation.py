"""The entries of the top bar: each app adds its own, each person sees what they may open."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from django.urls import reverse
from django.utils.functional import Promise


class Person(Protocol):
    """What navigation needs to know of a user."""

    def has_perm(self, perm: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Entry:
    """One page of the bar; `label` is a lazy translation, `order` decides its place and who gets which home."""

    url_name: str
    label: str | Promise
    icon: str
    permission: str
    order: int = 50
    key: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as one person sees it on one page."""

    url: str
    label: str | Promise
    icon: str
    key: str
    active: bool


_entries: dict[str, Entry] = {}


def register(*entries: Entry) -> None:
    """Add entries to the bar; called by `AppConfig.ready()`, and harmless when called again."""
    _entries.update({entry.url_name: entry for entry in entries})


def entries_for(person: Person) -> list[Entry]:
    """What this person may open, in the order of the bar."""
    return sorted((e for e in _entries.values() if person.has_perm(e.permission)), key=lambda e: (e.order, e.url_name))


def links(person: Person, path: str) -> list[Link]:
    """The bar for one person on one page; the longest address that the path starts with is the active one."""
    known = [(entry, reverse(entry.url_name)) for entry in entries_for(person)]
    here = active_url(path, [url for _, url in known])
    return [Link(url, entry.label, entry.icon, entry.key, url == here) for entry, url in known]


def active_url(path: str, urls: Iterable[str]) -> str:
    """The longest of the urls that the path lies under, or "" when it lies under none."""
    return max((url for url in urls if path.startswith(url)), key=len, default="")


def home_of(person: Person) -> str:
    """The address of the person's first entry, or "" when there is none."""
    first = entries_for(person)
    return reverse(first[0].url_name) if first else ""
