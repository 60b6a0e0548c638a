"""Retraining on a site's own reviews: from judged posts to a candidate that answers."""

import pytest
from django.utils import timezone

from aimass_apps.inference.predictor import Item
from aimass_apps.inference.predictor_cache import LoadedPredictors
from aimass_apps.learning.datasets import freeze_dataset
from aimass_apps.learning.models import TrainingRun
from aimass_apps.learning.runs import (
    AlreadyTraining,
    request_run,
    resume_run,
    stop_run,
    train_waiting,
    without_rare_terms,
)
from aimass_apps.ml.recipe.schema import BadRecipe, find_recipe
from aimass_apps.people.models import User
from aimass_apps.people.platforms import register_platform
from aimass_apps.registry.artefacts import STARTERS, read_manifest
from aimass_apps.registry.models import Stage
from aimass_apps.registry.stages import move_version
from aimass_apps.registry.store import install_version
from aimass_apps.submissions.settling import settle_forgotten
from moderation.intake import Incoming, Judgement, receive_posts, review_post
from moderation.models import Post

PLACE = {"desk": "moderation", "language": "en"}
COLOURS = ("red", "blue", "green", "amber", "violet", "white", "black", "orange")


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path):
    settings.AIMASS_HOME, settings.ARTEFACT_CACHE, settings.AIMASS_DATA = tmp_path, tmp_path / "cache", ""


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
    return freeze_dataset(desk="moderation", until=timezone.now(), seed=3)


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
