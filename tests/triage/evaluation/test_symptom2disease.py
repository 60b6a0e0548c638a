import os
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from aimass_apps.ml.evaluate.grouped_folds import folds, near_duplicate_groups, purged_folds
from aimass_apps.ml.fit.progress import silent
from aimass_apps.ml.recipe.schema import read_recipe
from triage.evaluation import symptom2disease as task
from triage.knowledge.load import load_catalogue
from triage.management.commands.evaluate_symptom2disease import RECIPES, SHIPPED, render

RECIPE_NAMES = ("svm", "bert", "tuned")


@pytest.mark.parametrize("name", RECIPE_NAMES)
def test_the_recipes_train_the_files_labels(name: str) -> None:
    assert read_recipe(RECIPES / f"symptom2disease-{name}.toml").labels == tuple(task.labels())


def test_every_label_has_a_meaning_in_the_catalogue() -> None:
    known = load_catalogue().conditions
    assert {each for meant in task.MEANT.values() for each in meant} <= set(known)


def test_near_duplicates_share_a_group_and_chains_join() -> None:
    texts = [
        "my knee hurts at night and swells",
        "my knee hurts at night and swells badly",
        "my knee hurts badly",
        "spots all over the face",
    ]
    groups = near_duplicate_groups(texts)
    assert groups[0] == groups[1] == groups[2] != groups[3]


def test_no_group_is_on_both_sides() -> None:
    named = ["a", "b"] * 20
    groups = np.repeat(np.arange(20), 2)
    held = []
    for training, held_out in folds(named, groups, count=5, seed=1):
        assert not set(groups[training]) & set(groups[held_out])
        held += held_out.tolist()
    assert sorted(held) == list(range(40))
    assert any(set(groups[t]) & set(groups[h]) for t, h in folds(named, None, count=5, seed=1))


def test_no_training_text_is_near_one_held_out() -> None:
    bodies = ("knee", "ear", "tooth", "skin")
    feelings, days = ("hurts", "itches"), ("May", "June")
    texts = [f"my {body} {feels} since {day}" for body in bodies for feels in feelings for day in days]
    named = ["a" if "hurts" in text else "b" for text in texts]
    splits = list(purged_folds(texts, named, count=4, seed=1))
    assert sorted(place for _, held_out in splits for place in held_out) == list(range(len(texts)))
    vectors = TfidfVectorizer().fit_transform(texts)
    for training, held_out in splits:
        assert (vectors[training] @ vectors[held_out].T).toarray().max(initial=0.0) <= 0.5
    assert sum(len(training) for training, _ in splits) < 3 * len(texts)  # something was left out


def test_a_label_of_one_group_is_left_out_of_the_second_figure() -> None:
    named = ["Acne", "Acne", "Migraine", "Migraine"]
    groups = np.array([0, 1, 2, 2])
    found = task.task_metrics(named, {0: "Acne", 1: "Acne", 2: "Acne", 3: "Acne"}, groups)
    assert found["labels of one group"] == 23
    assert found["macro-F1 without these"] == 1.0
    assert found["accuracy"] == 0.5
    assert "| x | 4 | 0.5 |" in render({"x": found})


@pytest.mark.parametrize("name", ["svm", "bert"])
def test_a_fold_is_trained_without_what_it_asks_and_kept(tmp_path: Path, name: str) -> None:
    recipe = read_recipe(RECIPES / f"symptom2disease-{name}.toml")
    texts = ["itchy red spots on the face"] * 3 + ["throbbing pain on one side of the head"] * 3 + ["yellow eyes"]
    named = ["Acne"] * 3 + ["Migraine"] * 3 + ["Jaundice"]
    fold = (np.array([0, 1, 3, 4]), np.array([2, 5, 6]))
    found = task.answer_fold(recipe, texts, named, fold, tmp_path, silent)
    assert (found[2], found[5]) == ("Acne", "Migraine")
    assert found[6] != "Jaundice"  # held out whole: nothing to learn it from
    assert task.answer_fold(recipe, [], [], fold, tmp_path, silent) == found


@pytest.mark.skipif("AIMASS_DATA" not in os.environ, reason="AIMASS_DATA names no folder with symptom2disease")
def test_the_file_has_fifty_texts_a_label() -> None:
    _, named = task.read_rows(read_recipe(RECIPES / "symptom2disease-svm.toml"), Path(os.environ["AIMASS_DATA"]))
    assert Counter(named) == dict.fromkeys(task.labels(), 50)


def test_the_shipped_versions_answer_with_the_files_labels() -> None:
    texts = ["spots and pimples on my face and back", "blackheads and greasy skin on the forehead"]
    found = task.shipped_metrics(SHIPPED[0], texts, ["Acne", "Acne"], np.array([0, 1]))
    assert found["rows"] == 2
    assert found["first of all conditions fits"] in (0.0, 0.5, 1.0)
