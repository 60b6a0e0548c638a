"""Retraining on a site's own reviews: from judged posts to a candidate that answers."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from aimass_apps.inference.predictor import Item
from aimass_apps.inference.predictor_cache import LoadedPredictors
from aimass_apps.learning import runs
from aimass_apps.learning.datasets import freeze_dataset
from aimass_apps.learning.learned import learned_of, short
from aimass_apps.learning.models import TrainingRun
from aimass_apps.learning.runs import (
    AlreadyTraining,
    free_runs,
    request_run,
    resume_run,
    stop_run,
    train_waiting,
    without_rare_terms,
)
from aimass_apps.ml.fit.progress import Progress
from aimass_apps.ml.recipe.schema import BadRecipe, find_recipe
from aimass_apps.people.models import User
from aimass_apps.people.platforms import register_platform
from aimass_apps.registry.artefacts import STARTERS, read_manifest
from aimass_apps.registry.models import ModelVersion, Stage
from aimass_apps.registry.stages import move_version
from aimass_apps.registry.store import install_version
from aimass_apps.submissions.settling import settle_forgotten
from moderation.intake import Incoming, Judgement, receive_posts, review_post
from moderation.models import Post

PLACE = {"desk": "moderation", "language": "en"}
COLOURS = ("red", "blue", "green", "amber", "violet", "white", "black", "orange")


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path):
    settings.AIMASS_HOME, settings.ARTEFACT_CACHE = tmp_path, tmp_path / "cache"


@pytest.fixture
def person(db) -> User:
    return User.objects.create_user("someone", role="ml_engineer")


def judged(person, labels):
    """Eighty judged posts, half of them rude in every way that `labels` names."""
    platform, _key, _secrets = register_platform(name="Forum")
    posts = [
        Incoming(external_id=f"{kind}-{n}", text=f"{start} {COLOURS[n % 8]} number {n}, {end}")
        for kind, start, end in (
            ("rude", "You silly", "you are a complete nitwit"),
            ("kind", "The nice", "thanks a lot"),
        )
        for n in range(40)
    ]
    receive_posts(platform=platform, posts=posts)
    settle_forgotten()
    for post in Post.objects.order_by("id"):
        rude = post.external_id.startswith("rude")
        judgement = Judgement("remove", frozenset(labels)) if rude else Judgement("approve")
        review_post(post=post.pk, by=person, judgement=judgement)
    return freeze_dataset(desk="moderation", until=timezone.now())


@pytest.fixture
def dataset(person):
    return judged(person, {"toxic", "insult"})


def run_of(kind, dataset, person) -> TrainingRun:
    run = request_run(**PLACE, kind=kind, dataset=dataset, by=person)
    assert train_waiting() == 1
    run.refresh_from_db()
    return run


@pytest.mark.training
@pytest.mark.slow
def test_reviews_train_an_svm_that_learned_them(person):
    pytest.importorskip("datasketch")
    run = run_of("svm", judged(person, read_manifest(STARTERS / "moderation-svm-en").labels), person)
    assert (run.state, run.message) == ("done", "")
    assert run.result.stage == Stage.CANDIDATE
    predictor = LoadedPredictors().get(run.result_id)
    rude, kind = predictor.predict([Item("you are a complete nitwit"), Item("thanks a lot")])
    assert rude.scores["insult"] > kind.scores["insult"]
    test = set(map(short, run.dataset.examples.filter(split="test").values_list("submission__content_hash", flat=True)))
    learned = learned_of(run.result)
    assert len(learned) + len(test) == 80
    assert not learned & test


@pytest.mark.training
@pytest.mark.slow
def test_reviews_carry_the_live_bert_on_gently(dataset, person):
    pytest.importorskip("torch")
    live = install_version(folder=STARTERS / "moderation-bert-en", starter=True)
    move_version(version=live, to=Stage.LIVE, by=None, reason="test")
    run = run_of("bert", dataset, person)
    assert (run.state, run.message) == ("done", "")
    assert run.result.labels == live.labels
    # Too few rows to choose new thresholds: those of the version it goes on from stay.
    assert run.result.thresholds == live.thresholds
    predictors = LoadedPredictors()
    item = [Item("You silly red number 5, you are a complete nitwit")]
    before, after = (predictors.get(pk).predict(item)[0].scores["insult"] for pk in (live.pk, run.result_id))
    assert after > before


@pytest.mark.training
def test_an_svm_that_never_saw_a_label_is_refused_and_the_label_named(dataset, person):
    pytest.importorskip("datasketch")
    run = run_of("svm", dataset, person)
    assert run.state == "failed"
    assert "no row says yes to severe_toxic" in run.message


def test_a_second_training_of_the_same_place_has_to_wait(dataset, person):
    request_run(**PLACE, kind="svm", dataset=dataset, by=person)
    with pytest.raises(AlreadyTraining):
        request_run(**PLACE, kind="svm", dataset=dataset, by=person)


def test_a_stopped_training_can_not_go_on_beside_another_of_its_place(dataset, person, client):
    first = request_run(**PLACE, kind="svm", dataset=dataset, by=person)
    stop_run(run=first)
    request_run(**PLACE, kind="svm", dataset=dataset, by=person)
    with pytest.raises(AlreadyTraining):
        resume_run(run=first)
    client.force_login(person)
    answer = client.post(reverse("models:run_resume", args=[first.pk]), follow=True)
    assert "already waiting or running" in answer.content.decode()
    with pytest.raises(IntegrityError, match="run_one_open"), transaction.atomic():
        TrainingRun.objects.filter(pk=first.pk).update(state="waiting", ended_at=None)


def test_a_second_click_is_told_that_the_training_waits(dataset, person, client):
    client.force_login(person)
    for _ in range(2):
        answer = client.post(reverse("models:run_start"), {"place": "moderation-svm-en"}, follow=True)
    assert "already waiting or running" in answer.content.decode()
    assert TrainingRun.objects.count() == 1


def test_a_recipe_that_changed_since_the_request_is_told(dataset, person, settings, tmp_path):
    recipe = find_recipe(settings.RECIPE_DIRS, "moderation", "svm", "en").path
    settings.RECIPE_DIRS = [tmp_path]
    copy = tmp_path / recipe.name
    copy.write_bytes(recipe.read_bytes())
    request_run(**PLACE, kind="svm", dataset=dataset, by=person)
    copy.write_bytes(recipe.read_bytes() + b"\n# another one\n")
    train_waiting()
    run = TrainingRun.objects.get()
    assert (run.state, run.message.split(" ", 1)) == (
        "failed",
        [recipe.name, "changed since this training was asked for: start it anew."],
    )


def oversleep(*_):
    TrainingRun.objects.update(leased_until=timezone.now().replace(year=2020))


def test_a_worker_that_slept_past_its_lease_stores_nothing(dataset, person, monkeypatch, make_artefact):
    folder = make_artefact()

    def train_too_long(*_):
        oversleep()
        return folder

    monkeypatch.setattr(runs, "_train", train_too_long)
    request_run(**PLACE, kind="svm", dataset=dataset, by=person)
    train_waiting()
    run = TrainingRun.objects.get()
    assert (run.state, run.result, ModelVersion.objects.exists()) == ("running", None, False)


def test_its_progress_renews_the_lease_and_learns_that_it_is_lost(dataset, person, monkeypatch):
    def train(run, out, report):
        TrainingRun.objects.update(leased_until=timezone.now() + timedelta(seconds=1))
        report(Progress("fit", 1, 2))
        renewed = TrainingRun.objects.get().leased_until - timezone.now()
        assert renewed > timedelta(seconds=runs.RUN_LEASE / 2)
        oversleep()
        report(Progress("fit", 2, 2))
        raise AssertionError("nobody waits for this any more")

    monkeypatch.setattr(runs, "_train", train)
    request_run(**PLACE, kind="svm", dataset=dataset, by=person)
    train_waiting()
    assert TrainingRun.objects.get().message == "fit "


def test_a_run_that_kills_its_worker_four_times_is_given_to_a_person_who_may_go_on(dataset, person, monkeypatch):
    class Killed(BaseException):
        """What no handler sees."""

    def kill(*_):
        raise Killed

    monkeypatch.setattr(runs, "_train", kill)
    run = request_run(**PLACE, kind="svm", dataset=dataset, by=person)
    for state in ("waiting", "waiting", "waiting", "failed"):
        with pytest.raises(Killed):
            train_waiting()
        oversleep()
        assert free_runs() == 1
        run.refresh_from_db()
        assert run.state == state
    assert "stopped several times" in run.message
    assert resume_run(run=run)
    run.refresh_from_db()
    assert (run.state, run.attempts) == ("waiting", 0)


@pytest.mark.parametrize(
    ("fields", "broken"),
    [
        ({"state": "sleeping", "ended_at": Now()}, "run_state_known"),
        ({"state": "failed"}, "run_ended_when_over"),
        ({"ended_at": Now()}, "run_ended_when_over"),
        ({"state": "running"}, "run_lease_while_running"),
        ({"lease": uuid.UUID(int=1), "leased_until": Now()}, "run_lease_while_running"),
        ({"state": "done", "ended_at": Now()}, "run_result_when_done"),
    ],
)
def test_the_database_refuses_runs_that_contradict_themselves(db, fields, broken):
    with pytest.raises(IntegrityError, match=broken), transaction.atomic():
        TrainingRun.objects.create(**PLACE, kind="svm", recipe={}, **fields)


def test_a_place_without_a_recipe_is_named(dataset, person):
    with pytest.raises(BadRecipe, match="no recipe trains moderation llm"):
        request_run(**PLACE, kind="llm", dataset=dataset, by=person)


def test_a_waiting_training_can_be_stopped_and_taken_up_again(dataset, person):
    run = request_run(**PLACE, kind="svm", dataset=dataset, by=person)
    assert stop_run(run=run)
    assert not stop_run(run=run)
    assert train_waiting() == 0
    assert resume_run(run=run)
    run.refresh_from_db()
    assert run.state == "waiting"


@pytest.mark.training
def test_a_failure_is_kept_with_the_run_without_anybodys_text(dataset, person, monkeypatch):
    pytest.importorskip("datasketch")

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("You silly red number 1")

    monkeypatch.setattr("aimass_apps.ml.fit.train.train_prepared", fail)
    run = run_of("svm", dataset, person)
    assert (run.state, run.message) == ("failed", "RuntimeError")


def test_an_svm_of_the_triage_desk_keeps_no_term_of_a_few_texts(settings):
    recipe = find_recipe(settings.RECIPE_DIRS, "triage", "svm", "any")
    assert all(each["min_df"] >= 10 for each in without_rare_terms(recipe).settings["features"])
