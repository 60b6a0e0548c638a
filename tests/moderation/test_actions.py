"""Every action on a post is named in `moderation.actions` alone: the rest of the desk derives from that table."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

import moderation
from aimass_apps.delivery.models import Delivery
from aimass_apps.people.roles import Role
from aimass_apps.submissions.models import Decision, Review
from aimass_apps.web.components import badges
from moderation import actions
from moderation.actions import ACTIONS, REMOVE, UNDO, action_of, outcomes, taken_by_people
from moderation.events import TYPES, decision_meanings
from moderation.forms import DecisionSerializer, ReviewForm
from moderation.intake import Judgement, review_post, take_item
from moderation.intake.settling import count_strikes
from moderation.models import Post
from moderation.presenters.item import reversals
from moderation.presenters.looks import looks
from moderation.queries import author_record
from tests.support.factories import answer_all, make_version, receive, score_by_words
from tests.support.people import sign_in

ROOT = Path(moderation.__file__).parent
TEMPLATES = ROOT.parent / "templates" / "moderation"


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.outcome)
def test_an_action_is_whole(action):
    assert action.title, "a title"
    assert action.meaning, "what platforms are told"
    assert action.event in TYPES
    assert badges.scales()["decision"][action.outcome] == action.badge
    if not action.leaves_undecided:
        assert len(action.outcome) <= Post._meta.get_field("outcome").max_length
        stands = action_of(action.confirmed_by)
        assert stands, "who lets it stand takes an action of people"
        assert stands.button
    if action.button:
        assert action.confirmed_by == action.outcome
        assert all((action.button.word, action.button.done, action.button.reverse, action.button.keep))
        assert action.button.reasons, "a reason to choose"


def test_no_two_actions_share_a_name_a_key_a_step_or_a_reason():
    keys = [each.key for each in taken_by_people()]
    elsewhere = re.findall(r'\bkey="(\w)"', "".join(path.read_text() for path in TEMPLATES.glob("_item*.html")))
    assert all(re.fullmatch("[a-z]", key) for key in keys)
    assert set(keys).isdisjoint(elsewhere)
    codes = [code for each in taken_by_people() for code in each.button.reasons]
    for names in (keys, codes, [each.outcome for each in ACTIONS], [each.step for each in ACTIONS if each.step]):
        assert len(names) == len(set(names))
    assert UNDO not in [each.outcome for each in ACTIONS]
    assert {each.step for each in ACTIONS if each.step} == {"clear", "act"}


def test_columns_forms_and_the_api_offer_these_actions():
    assert Post._meta.get_field("outcome").flatchoices == outcomes()
    assert list(DecisionSerializer().fields["action"].choices) == [name for name, _ in decision_meanings()]
    assert [name for name, _ in ReviewForm().fields["action"].choices] == [each.outcome for each in taken_by_people()]
    longest = max(len(each.outcome) for each in ACTIONS)
    assert longest <= Decision._meta.get_field("action").max_length
    assert longest <= Review._meta.get_field("verdict").max_length


def test_no_other_module_or_template_spells_an_action():
    """What names one by a string would not follow a change of the table."""
    other_words = {"clear", *badges.TONES}  # a step, which `decide` names, and the tones of badges and banners
    names = "|".join(each.outcome for each in ACTIONS if each.outcome not in other_words)
    spelt = re.compile(rf"""["']({names})["']""")
    files = [*ROOT.rglob("*.py"), *TEMPLATES.glob("*.html"), *(ROOT / "static").rglob("*.js")]
    allowed = {"actions.py", "reasons.py"}
    found = [
        f"{path.name}: {match.group()}"
        for path in files
        if path.name not in allowed and "migrations" not in path.parts and "corpus" not in path.parts
        for match in spelt.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.fixture
def limit(monkeypatch):
    """One more decision kind, and nothing else changed: a post that is shown to fewer people."""
    button = replace(
        REMOVE.button,
        word="Limit",
        key="l",
        done="Limited.",
        reverse="Reverse: limit",
        keep="Keep limited",
        reasons={"bait": "Made to upset"},
        reasons_title="When you limit",
    )
    badge = badges.Look("Limited", "warn", "eye-off")
    action = replace(
        REMOVE, outcome="limit", title="Limited", badge=badge, step="", confirmed_by="limit", button=button
    )
    monkeypatch.setattr(actions, "ACTIONS", (*ACTIONS, action))
    monkeypatch.setattr(badges, "_scales", badges.scales())
    badges.register("decision", looks()["decision"] | {"limit": badge})
    return action


@pytest.mark.django_db
def test_one_more_action_is_taken_shown_told_and_counted(limit, platform):
    make_version()
    (post,) = receive(platform, "you clown")
    answer_all(score_by_words)
    client, person = sign_in(Role.SENIOR_MODERATOR)
    take_item(post=post.pk, by=person)
    page = client.get(reverse("moderation:item", args=[post.public_id])).content.decode()
    for shown in ('value="limit"', 'data-key="l"', "When you limit", "Made to upset"):
        assert shown in page
    assert not ReviewForm({"action": "limit"}).is_valid()
    assert not ReviewForm({"action": "limit", "labels": ["insult"], "reason": "law"}).is_valid()

    given = {"action": "limit", "labels": ["insult"], "reason": "bait"}
    told = client.post(reverse("moderation:review", args=[post.public_id]), given, follow=True)
    assert "Limited." in told.content.decode()
    post.refresh_from_db()
    assert (post.state, post.outcome) == ("closed", "limit")
    assert Review.objects.get().labels["insult"] is True
    assert Delivery.objects.get().payload["data"]["decision"]["action"] == "limit"
    assert count_strikes([post]) == {(platform.pk, "ann"): 1}
    assert dict(author_record(post).decided)["Limited"] == 1
    assert reversals(post) == {"others": [each for each in taken_by_people() if each != limit], "same": limit}
    page = client.get(reverse("moderation:item", args=[post.public_id])).content.decode()
    for shown in ("Keep limited", "Reverse: approve", "Reverse: remove", "badge-warn", "Made to upset"):
        assert shown in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("outcome", "same"),
    [
        ("clear", "approve"),
        ("superseded", "approve"),
        ("forgotten", None),
        *((each.outcome, each.outcome) for each in taken_by_people()),
    ],
)
def test_what_a_decided_post_offers(outcome, same):
    offered = reversals(Post(outcome=outcome))
    assert [each.outcome for each in offered["others"]] == [
        each.outcome for each in taken_by_people() if each.outcome != same
    ]
    assert (offered["same"] and offered["same"].outcome) == same


@pytest.mark.django_db
def test_the_form_says_which_actions_need_a_label(limit, platform):
    make_version()
    (post,) = receive(platform, "you clown")
    answer_all(score_by_words)
    client, person = sign_in(Role.MODERATOR)
    take_item(post=post.pk, by=person)
    page = client.get(reverse("moderation:item", args=[post.public_id])).content.decode()
    needing = ", ".join(str(each.button.word) for each in taken_by_people() if each.needs_labels)
    assert "Limit" in needing
    assert f"needed for: {needing}" in page


@pytest.mark.django_db
def test_an_action_that_is_not_known_any_more_stays_readable(platform, moderator):
    make_version()
    (post,) = receive(platform, "you clown")
    answer_all(score_by_words)
    review_post(post=post.pk, by=moderator, judgement=Judgement("blur"))
    client, _person = sign_in(Role.SENIOR_MODERATOR)
    page = client.get(reverse("moderation:item", args=[post.public_id])).content.decode()
    assert "Blur" in page
    assert "Reverse: remove" in page


def test_the_description_of_the_api_lists_every_action():
    schema = Client().get("/api/schema/", headers={"Accept": "application/json"}).json()
    assert schema["components"]["schemas"]["ActionEnum"]["enum"] == [each.outcome for each in ACTIONS]
    assert set(schema["webhooks"]) >= {each.event for each in ACTIONS}
