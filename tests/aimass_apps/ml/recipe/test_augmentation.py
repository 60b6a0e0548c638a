import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aimass_apps.inference.text.normalise import normalise
from aimass_apps.ml.recipe import augmentation


def rng(seed: int) -> random.Random:
    return random.Random(seed)


TEXT = "these people are vermin and they should leave our country"


@pytest.mark.parametrize("kind", sorted(set(augmentation.NOISES), key=lambda kind: kind.__name__))
def test_each_kind_changes_the_text_and_repeats_with_the_seed(kind: augmentation.Noise) -> None:
    outcomes = {kind(TEXT, rng(seed)) for seed in range(20)}
    assert len(outcomes - {TEXT}) >= 3 or outcomes == {TEXT.upper()}
    assert kind(TEXT, rng(5)) == kind(TEXT, rng(5))


@pytest.mark.parametrize("kind", [augmentation.lookalikes, augmentation.invisible])
def test_the_normaliser_undoes_what_only_looks_the_same(kind: augmentation.Noise) -> None:
    for seed in range(30):
        # A word made of look-alikes alone can't be told from real Cyrillic, so one Latin letter must be left.
        restored = normalise(kind("vermin thinking dreadful", rng(seed))).text
        assert restored == "vermin thinking dreadful"


def test_the_normaliser_undoes_most_leetspeak_and_spacing() -> None:
    restored = [normalise(augmentation.leet(TEXT, rng(seed))).text.lower() == TEXT for seed in range(200)]
    assert sum(restored) > 100
    restored = [normalise(augmentation.spaced("worthless", rng(seed))).text == "worthless" for seed in range(40)]
    assert all(restored)


def test_chinese_text_gets_its_own_kinds() -> None:
    outcomes = {augmentation.add_noise("你们真的很讨厌啊", rng(seed)) for seed in range(30)}
    assert len(outcomes) > 5
    assert all(not any(c.isascii() and c.isalpha() for c in text) for text in outcomes)


@given(st.text(max_size=60), st.integers(0, 1_000))
def test_any_text_survives(text: str, seed: int) -> None:
    noisy = augmentation.add_noise(text, rng(seed))
    assert noisy == augmentation.add_noise(text, rng(seed))
    assert noisy or not text
