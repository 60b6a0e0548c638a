import random
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from aimass_apps.learning.datasets import freeze_dataset
from aimass_apps.learning.reviews import with_reviews
from aimass_apps.ml.fit.train import train_recipe
from aimass_apps.ml.recipe.examples import Example, Split
from aimass_apps.ml.recipe.leaks import Hit, Leak, find_leaks
from aimass_apps.ml.recipe.prepare import Prepared
from aimass_apps.ml.recipe.schema import Source, read_recipe
from aimass_apps.people.models import User
from aimass_apps.submissions.models import Submission
from aimass_apps.submissions.reviews import record_review

SENTENCE = "the quick brown fox jumps over the lazy dog near the river bank every single morning"


def test_the_same_words_are_found_whatever_their_dress() -> None:
    hits = list(find_leaks(["nothing", "Hello, WORLD!"], ["hello world", "x"]))
    assert hits == [Hit(1, 0, exact=True)]


def test_a_near_duplicate_is_found() -> None:
    (hit,) = find_leaks([SENTENCE.replace("morning", "mornings!")], ["other", SENTENCE])
    assert hit == Hit(0, 1, exact=False)


def test_half_the_words_are_no_duplicate() -> None:
    words = SENTENCE.split()
    assert not list(find_leaks([" ".join(words[:8]) + " and then it went to sleep under the old tree"], [SENTENCE]))


def test_short_texts_are_compared_exactly_only() -> None:
    assert not list(find_leaks(["you are nice"], ["you are nicer"]))


def test_unrelated_texts_give_no_hits() -> None:
    rng = random.Random(4)
    letters = "abcdefghijklmnopqrstuvwxyz "
    texts = ["".join(rng.choices(letters, k=80)) for _ in range(200)]
    assert not list(find_leaks(texts[:100], texts[100:]))


def test_nothing_to_judge_means_nothing_to_find() -> None:
    assert not list(find_leaks(["a"], []))


RECIPE = """
desk = "moderation"
kind = "svm"
language = "en"
name = "small"
seed = 3
never = ["test/t.csv"]

[settings]
features = [{ analyzer = "word", most = 9 }]

[[group]]
activation = "sigmoid"
labels = ["toxic"]

[[source]]
name = "rude"
file = "rude.csv"
licence = "own"
validation = 0.2
[source.labels]
toxic = { column = "toxic" }
"""


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    rows = [f"{SENTENCE} {number * 7919} said the {number}th of them,{number % 2}" for number in range(40)]
    (tmp_path / "rude.csv").write_text("\n".join(["text,toxic", *rows]) + "\n", encoding="utf-8")
    (tmp_path / "r.toml").write_text(RECIPE, encoding="utf-8")
    (tmp_path / "test").mkdir()
    return tmp_path / "r.toml"


@pytest.mark.parametrize(
    "judged_by",
    [f"{SENTENCE.upper()}: 7919 said the 1th of them!", SENTENCE.replace("quick", "quicker") + " 7919 said the 1st"],
    ids=["the same words", "nearly the same"],
)
def test_a_training_that_saw_what_judges_it_stops(recipe: Path, judged_by: str) -> None:
    (recipe.parent / "test" / "t.csv").write_text(f"text\n{judged_by}\nsomething else\n", encoding="utf-8")
    out = recipe.parent / "out"
    with pytest.raises(Leak, match="training rows stand in what judges the model"):
        train_recipe(recipe, recipe.parent, out)
    with pytest.raises(CommandError, match="training rows stand in"):
        call_command("train", recipe=recipe, data=recipe.parent, out=out)
    assert not out.exists()


@pytest.mark.django_db
def test_rows_of_files_that_stand_in_the_frozen_test_rows_are_left_out(recipe: Path) -> None:
    person = User.objects.create_user("reviewer", role="moderator")
    texts = [f"{place} {SENTENCE}" for place in ("Anna saw", "Ben saw", "Carla saw", "Dan saw", "Eve saw", "Finn saw")]
    others = [f"{random.Random(number).getrandbits(900):x}" for number in range(20)]
    rows = Submission.objects.bulk_create(
        Submission(desk="moderation", language="en", text=text, content_hash=f"{number:064x}")
        for number, text in enumerate([*texts, *others])
    )
    for row in rows:
        record_review(submission=row, by=person, verdict="remove", labels={"toxic": True})
    dataset = freeze_dataset(desk="moderation", until=timezone.now())
    test = list(dataset.examples.filter(split="test").values_list("submission__text", flat=True))
    leaked = [text for text in test if text in texts]
    assert leaked, "the seed puts one of the sentences among the test rows"
    file = Split(
        Source("rude", "own"), [Example(text + "!", {"toxic": 1.0}, {}, "rude") for text in (leaked[0], "Hello")], []
    )
    prepared = with_reviews(Prepared([file], {}), dataset, read_recipe(recipe))
    assert [row.text for row in prepared.splits[0].training] == ["Hello!"]
    # The other sentences differ by a name from the one that judges.
    assert not any(SENTENCE in row.text for row in prepared.splits[1].training)
    assert prepared.dropped["rude"] == 1
