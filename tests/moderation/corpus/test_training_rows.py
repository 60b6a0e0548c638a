"""Own sentences for training: what each kind says of its labels, and that nothing held out is among them."""

import re
from collections import Counter
from pathlib import Path

import pytest

from aimass_apps.ml.recipe.leaks import find_leaks, plain_form
from moderation.corpus import benign_forum_zh, benign_posts, benign_questions, counterfactuals, self_harm_examples
from moderation.corpus.training_rows import functional_rows, held_out_texts, held_out_texts_zh
from moderation.labels import TAUGHT

RECIPES = Path(__file__).parents[3] / "moderation" / "recipes"
GENERATORS = [
    benign_questions.rows,
    benign_posts.rows,
    self_harm_examples.rows,
    counterfactuals.rows,
    benign_forum_zh.rows,
]


@pytest.mark.parametrize("generator", GENERATORS)
def test_rows_are_the_same_for_a_seed_and_hold_no_held_out_case(generator) -> None:
    rows = list(generator(seed=5, n=400))
    assert rows == list(generator(seed=5, n=400)) != list(generator(seed=6, n=400))
    assert not list(find_leaks([text for text, _ in rows], [*held_out_texts(), *held_out_texts_zh()]))


def test_a_held_out_case_would_be_found() -> None:
    assert list(find_leaks([held_out_texts()[0].upper()], held_out_texts()))


def test_a_person_at_risk_is_not_toxic_but_one_who_urges_is() -> None:
    kinds = {tuple(sorted((k, v) for k, v in labels.items() if v)) for _, labels in self_harm_examples.rows(1, 500)}
    assert kinds == {(), (("self_harm", 1.0),), (("self_harm", 1.0), ("threat", 1.0), ("toxic", 1.0))}


@pytest.mark.parametrize("deal", [counterfactuals.rows, benign_forum_zh.rows])
def test_every_identity_is_said_as_often_in_fair_as_in_foul_sentences(deal) -> None:
    rows = [
        (plain_form(text), labels["toxic"])
        for text, labels in counterfactuals.rows(3, 200 * len(counterfactuals.IDENTITIES))
        if " is a " in text
    ]
    words = ("deaf", "muslim", "taoist")
    named = Counter((word, toxic) for text, toxic in rows for word in words if word in text.split())
    for word in words:
        assert abs(named[word, 0.0] - named[word, 1.0]) <= 0.5 * max(named[word, 0.0], named[word, 1.0])


def test_everyday_posts_are_clear_and_leave_obscene_open() -> None:
    assert {frozenset(labels.items()) for _, labels in benign_posts.rows(1, 50)} == {
        frozenset((label, 0.0) for label in TAUGHT if label != "obscene")
    }


def test_suite_rows_know_self_harm() -> None:
    known = [labels["self_harm"] for _, labels in functional_rows(1, 3000) if "self_harm" in labels]
    assert 20 < sum(known) < len(known) / 2


def test_recipes_that_others_name_are_there() -> None:
    named = {
        path.parent / name
        for path in RECIPES.rglob("toxicity-*.toml")
        for name in re.findall(r'"recipe:([^"]+)"', path.read_text(encoding="utf-8"))
    }
    assert {path.name for path in named} >= {"toxicity-bert-en-teacher.toml", "toxicity-bert-zh-teacher.toml"}
    assert [path for path in named if not path.is_file()] == []


def test_chinese_comments_of_both_kinds_name_the_same_groups() -> None:
    rows = list(benign_forum_zh.rows(1, 6000))
    named = Counter(
        (group, labels["toxic"]) for text, labels in rows for group in ("河南人", "犹太人") if group in text
    )
    assert 0.3 < sum(labels["toxic"] for _, labels in rows) / len(rows) < 0.36
    assert all(named[group, foul] > 10 for group in ("河南人", "犹太人") for foul in (0.0, 1.0))
