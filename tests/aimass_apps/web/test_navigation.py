"""Who sees which entry of the bar."""

import pytest

from aimass_apps.people.roles import Role, permissions_of
from aimass_apps.web import navigation


class Somebody:
    def __init__(self, *permissions: str) -> None:
        self.permissions = permissions

    def has_perm(self, perm: str) -> bool:
        return perm in self.permissions


def test_people_see_what_they_may_open_in_order(monkeypatch):
    monkeypatch.setattr(navigation, "_entries", {})
    late = navigation.Entry("gallery", "Late", icon="x", permission="a", order=90)
    early = navigation.Entry("home", "Early", icon="x", permission="b", order=10)
    navigation.register(late, early)
    navigation.register(late)
    assert navigation.entries_for(Somebody("a", "b")) == [early, late]
    assert navigation.entries_for(Somebody("a")) == [late]
    assert navigation.home_of(Somebody("a")) == "/gallery/"
    assert navigation.home_of(Somebody()) == ""


@pytest.mark.parametrize(
    ("path", "active"),
    [
        ("/moderation/", "/moderation/"),
        ("/moderation/items/3/", "/moderation/"),
        ("/moderation/done/", "/moderation/done/"),
        ("/x/", ""),
    ],
)
def test_the_longest_address_is_the_active_one(path, active):
    assert navigation.active_url(path, ["/moderation/", "/moderation/done/"]) == active


@pytest.mark.parametrize("role", Role.values)
def test_every_entry_leads_somewhere_and_nobody_sees_the_other_desk(role):
    links = navigation.links(Somebody(*permissions_of(role)), "/")
    figures = ("/triage/catalogue/", "/moderation/automatic/")  # show nobody's texts
    addresses = [link.url for link in links if not link.url.startswith(figures)]
    clinical, moderating = (any(url.startswith(desk) for url in addresses) for desk in ("/triage/", "/moderation/"))
    assert not (clinical and moderating)


def test_no_two_entries_share_a_key():
    keys = [entry.key for entry in navigation._entries.values() if entry.key]
    assert len(keys) == len(set(keys))
