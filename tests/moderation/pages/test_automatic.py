"""The page on automatic decisions: figures for those who answer for them, and no texts."""

import dataclasses

import pytest
from django.urls import reverse

from aimass_apps.ml.risk import Case
from moderation.decide import load_policy
from moderation.intake import Judgement, review_post
from moderation.pages import automatic
from moderation.policy_revisions import revise_policy
from moderation.risk_cases.reviewed import Reviewed
from tests.moderation.conftest import answer_all, make_version, receive, score_by_words, sign_in

pytestmark = pytest.mark.django_db
PAGE = "/moderation/automatic/"


@pytest.mark.parametrize(
    ("role", "status"),
    [("administrator", 200), ("senior_moderator", 200), ("ml_engineer", 200), ("moderator", 403), ("clinician", 403)],
)
def test_it_is_for_those_who_answer_for_the_machine(role, status):
    client, _ = sign_in(role)
    assert client.get(reverse("moderation:automatic")).status_code == status


def test_an_outsider_is_asked_to_sign_in(client):
    assert client.get(PAGE).status_code == 302


def test_without_a_model_it_says_what_to_do():
    client, _ = sign_in("administrator")
    assert "No model decides yet" in client.get(PAGE).content.decode()


@pytest.fixture
def reviewed(platform, moderator, monkeypatch):
    """Six posts that a person saw: four at random, two because they were flagged."""
    policy = dataclasses.replace(load_policy(), audit_share=1.0)
    monkeypatch.setattr("moderation.policy_revisions._load", lambda path: policy)
    version = make_version()
    posts = receive(platform, *(f"a quiet secret {number}" for number in range(4)), "you clown", "what a clown")
    answer_all(score_by_words)
    for post in posts:
        verdict = "remove" if "clown" in post.submission.text else "approve"
        review_post(post=post.pk, by=moderator, judgement=Judgement(verdict))
    return version


def test_too_few_reviews_are_counted_and_no_text_is_shown(reviewed, django_assert_max_num_queries):
    client, _ = sign_in("administrator")
    with django_assert_max_num_queries(14):
        page = client.get(PAGE, {"risk": "0.02"}).content.decode()
    assert page.count("Not enough reviewed posts yet") == 2
    assert "At least 149 must be tested" in page
    assert "6 reviewed posts that this version decided; 4 of them were drawn at random" in page
    assert "secret" not in page
    assert "clown" not in page


def test_enough_reviews_show_the_share_of_posts_and_the_command(reviewed, monkeypatch):
    certain = [Case(str(number), -1.0, wrong=number == 0) for number in range(400)]
    monkeypatch.setattr(automatic, "reviewed_cases", lambda version: Reviewed(certain, [], audited=400, until=None))
    client, _ = sign_in("administrator")
    page = client.get(PAGE, {"risk": "0.05", "confidence": "0.9", "version": str(reviewed)}).content.decode()
    assert "reviewed posts decided so" in page
    assert page.count("Not enough reviewed posts yet") == 1
    assert f"--version {reviewed} \\\n  --alpha 0.05 --delta 0.1 --apply" in page


@pytest.mark.parametrize("asked", [{"risk": "2"}, {"version": "x"}, {"confidence": ""}])
def test_what_is_no_choice_is_a_form_error(reviewed, asked):
    client, _ = sign_in("administrator")
    assert "Which reviews count" not in client.get(PAGE, asked).content.decode()


def test_what_is_in_force_is_shown_with_its_evidence(reviewed):
    name = str(reviewed)
    evidence = {name: {"clear": {"cases": 240, "errors": 1}}}
    revise_policy(versions={name: {"thresholds": {"toxic": 0.4}}}, evidence=evidence, by=None)
    client, _ = sign_in("senior_moderator")
    assert "clearing shown on 240 cases, 1 errors" in client.get(PAGE).content.decode()
