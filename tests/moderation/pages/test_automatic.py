"""The page on automatic decisions: figures for those who answer for them, and no texts."""

import json
import uuid

import pytest
from django.db import IntegrityError, transaction
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from aimass_apps.ml.risk import Case, control
from aimass_apps.queueing.leases import GIVE_UP_AFTER, claim
from moderation import automatic_figures
from moderation.automatic_figures import (
    CONFIDENCES,
    RISKS,
    figures_of,
    request_figures,
    sweep_figures,
    work_out_waiting,
)
from moderation.intake import Judgement, review_post
from moderation.models import AutomaticFigures
from moderation.operating_point import OPERATING_POINTS
from moderation.policy_revisions import revise_policy
from moderation.risk_cases.reviewed import Reviewed
from tests.support.factories import answer_all, make_version, receive, score_by_words
from tests.support.people import sign_in

pytestmark = pytest.mark.django_db
PAGE, WORK_OUT = "/moderation/automatic/", "/moderation/automatic/work-out/"


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
def reviewed(platform, moderator, use_policy):
    """Six posts that a person saw: four at random, two because they were flagged."""
    use_policy(audit_share=1.0)
    version = make_version()
    posts = receive(platform, *(f"a quiet secret {number}" for number in range(4)), "you clown", "what a clown")
    answer_all(score_by_words)
    for post in posts:
        verdict = "remove" if "clown" in post.submission.text else "approve"
        review_post(post=post.pk, by=moderator, judgement=Judgement(verdict))
    return version


def work_out(client, **asked):
    """Ask as a person does, and do what the worker does; returns the page."""
    client.post(WORK_OUT, asked)
    work_out_waiting()
    return client.get(PAGE, asked).content.decode()


def test_too_few_reviews_are_counted_and_no_text_is_shown(reviewed, django_assert_max_num_queries):
    client, _ = sign_in("administrator")
    work_out(client, risk="0.02")
    with django_assert_max_num_queries(10):
        page = client.get(PAGE, {"risk": "0.02"}).content.decode()
    assert page.count("Not enough reviewed posts yet") == 2
    assert "The test needs at least 149 reviewed posts" in page
    assert "6 reviewed posts that this version decided; 4 of them were drawn at random" in page
    assert "secret" not in page
    assert "clown" not in page
    stored = str(AutomaticFigures.objects.values().get())
    assert "secret" not in stored
    assert "clown" not in stored


def test_enough_reviews_show_the_share_of_posts_and_the_command(reviewed, monkeypatch):
    certain = [Case(str(number), -1.0, wrong=number == 0) for number in range(400)]
    found = Reviewed(certain, [], audited=400, until=None)
    monkeypatch.setattr(automatic_figures, "reviewed_cases", lambda version: found)
    client, _ = sign_in("administrator")
    page = work_out(client, risk="0.05", confidence="0.9", version=str(reviewed))
    assert "reviewed posts would have been decided so" in page
    assert page.count("Not enough reviewed posts yet") == 1
    assert f"--version {reviewed} \\\n  --alpha 0.05 --delta 0.1 --apply" in page


@pytest.mark.parametrize("risk", RISKS)
@pytest.mark.parametrize("confidence", CONFIDENCES)
def test_what_is_stored_is_what_the_control_says(risk, confidence):
    cases = [Case(str(number), -number / 400, wrong=number % 90 == 0) for number in range(1200)]
    delta = round(1 - confidence, 2)
    said = control(cases, OPERATING_POINTS, alpha=risk, delta=delta)
    stored = json.loads(json.dumps(figures_of(Reviewed(cases, cases, audited=0, until=None))))
    found = stored["sides"]["clear"]["found"][str(confidence)][str(risk)]
    assert found == stored["sides"]["act"]["found"][str(confidence)][str(risk)]
    assert found["settings"] == [
        [each.operating_point, each.cases, each.errors, each.bound(delta), each.share] for each in said.settings
    ]
    best = None if found["chosen"] is None else found["settings"][found["chosen"]]
    assert (best and best[0]) == (said.chosen and said.chosen.operating_point)


def test_the_page_itself_computes_nothing(reviewed, monkeypatch):
    def refuse(*args, **fields):
        raise AssertionError("in a web request")

    monkeypatch.setattr(automatic_figures, "reviewed_cases", refuse)
    client, _ = sign_in("administrator")
    before = client.get(PAGE).content.decode()
    assert "Nothing has been calculated for this version yet" in before
    assert "hx-trigger" not in figures_part(before)
    client.post(WORK_OUT)
    assert "are being calculated" in client.get(PAGE).content.decode()


def figures_part(page: str) -> str:
    return page.partition('id="figures"')[2].partition("</main>")[0]


def test_it_waits_shows_the_result_with_its_age_and_says_when_it_is_stale(reviewed, platform, moderator, no_doorbell):
    client, _ = sign_in("ml_engineer")
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert client.post(WORK_OUT, {"risk": "0.1"}).url == f"{PAGE}?version={reviewed}&risk=0.1&confidence=0.95"
    assert no_doorbell == ["moderation.tasks.work_out_figures"]
    waiting = client.get(PAGE, {"risk": "0.1"}, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in waiting
    assert f"{PAGE}?version={reviewed}&amp;risk=0.1&amp;confidence=0.95" in waiting
    assert 'hx-trigger="every 2s"' in waiting
    assert work_out_waiting() == 1
    done = client.get(PAGE, headers={"HX-Request": "true"}).content.decode()
    assert "hx-trigger" not in done
    assert "Calculated <time" in done
    assert "Nothing was reviewed since" in done
    (post,) = receive(platform, "a quiet evening")
    answer_all(score_by_words)
    review_post(post=post.pk, by=moderator, judgement=Judgement("approve"))
    stale = client.get(PAGE).content.decode()
    assert "One newer review is not counted yet" in stale
    assert "6 reviewed posts that this version decided" in stale
    assert "7 reviewed posts that this version decided" in work_out(client)
    assert "newer review" not in client.get(PAGE).content.decode()


def test_another_policy_file_makes_figures_stale(reviewed, use_policy):
    client, _ = sign_in("administrator")
    assert "Another policy is in force" not in work_out(client)
    use_policy(version="house-2", audit_share=1.0)
    assert "Another policy is in force" in client.get(PAGE).content.decode()


def test_asking_twice_is_one_computation_and_old_figures_stay_meanwhile(reviewed):
    client, _ = sign_in("administrator")
    work_out(client)
    client.post(WORK_OUT)
    client.post(WORK_OUT)
    page = client.get(PAGE).content.decode()
    assert "are being calculated" in page
    assert "6 reviewed posts that this version decided" in page
    assert work_out_waiting() == 1


def test_a_failure_is_said_without_a_word_of_a_post_and_can_be_asked_again(reviewed, monkeypatch, caplog):
    def fail(version):
        raise ValueError("you clown")

    client, _ = sign_in("administrator")
    with monkeypatch.context() as patch:
        patch.setattr(automatic_figures, "reviewed_cases", fail)
        page = work_out(client)
    assert "The worker reported: ValueError" in page
    assert "clown" not in page + caplog.text
    assert "6 reviewed posts that this version decided" in work_out(client)


def test_workers_that_all_vanish_are_followed_by_a_person(reviewed, monkeypatch):
    rung = []
    monkeypatch.setattr(automatic_figures, "ring", lambda task, queue: rung.append(queue))
    request_figures(version=reviewed)
    for attempt in range(1, GIVE_UP_AFTER + 1):
        assert claim(AutomaticFigures.objects.all(), lease=uuid.uuid4(), limit=1, seconds=60)
        AutomaticFigures.objects.update(leased_until=timezone.now() - timezone.timedelta(seconds=1))
        assert sweep_figures() == 1
        assert len(rung) == min(attempt, GIVE_UP_AFTER - 1)
    client, _ = sign_in("administrator")
    assert "The worker reported: lease_expired" in client.get(PAGE).content.decode()


def test_a_worker_that_slept_past_its_lease_stores_no_figures(reviewed, monkeypatch):
    def sleep(version):
        AutomaticFigures.objects.update(leased_until=timezone.now() - timezone.timedelta(seconds=1))
        return Reviewed([], [], audited=0, until=None)

    monkeypatch.setattr(automatic_figures, "reviewed_cases", sleep)
    request_figures(version=reviewed)
    work_out_waiting()
    assert AutomaticFigures.objects.get().figures is None


@pytest.mark.parametrize(("role", "asked"), [("moderator", 0), ("clinician", 0), ("senior_moderator", 1)])
def test_only_those_who_see_the_page_may_ask(reviewed, role, asked):
    client, _ = sign_in(role)
    client.post(WORK_OUT)
    assert AutomaticFigures.objects.count() == asked


@pytest.mark.parametrize(
    "half", [{"computed_at": timezone.now()}, {"figures": {}}, {"state": "done"}, {"state": "running"}]
)
def test_the_database_refuses_half_figures(reviewed, half):
    request_figures(version=reviewed)
    with pytest.raises(IntegrityError), transaction.atomic():
        AutomaticFigures.objects.update(**half)


@pytest.mark.parametrize("asked", [{"risk": "2"}, {"version": "x"}, {"confidence": ""}])
def test_what_is_no_choice_asks_for_nothing(reviewed, asked):
    client, _ = sign_in("administrator")
    assert client.post(WORK_OUT, asked).url == PAGE
    assert not AutomaticFigures.objects.exists()


@pytest.mark.parametrize("asked", [{"risk": "2"}, {"version": "x"}, {"confidence": ""}])
def test_what_is_no_choice_is_a_form_error(reviewed, asked):
    client, _ = sign_in("administrator")
    assert "What is in force" not in client.get(PAGE, asked).content.decode()


def test_what_is_in_force_is_shown_with_its_evidence(reviewed):
    name = str(reviewed)
    evidence = {name: {"clear": {"cases": 240, "errors": 1}}}
    revise_policy(versions={name: {"thresholds": {"toxic": 0.4}}}, evidence=evidence, by=None)
    client, _ = sign_in("senior_moderator")
    assert "clearing shown on 240 cases, 1 errors" in client.get(PAGE).content.decode()
