import random

from aimass_apps.training.leaks import Hit, find_leaks

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
