from hypothesis import given
from hypothesis import strategies as st

from aimass_apps.inference.batching import MAX_PADDING, MAX_TOKENS, plan_batches

lengths = st.lists(st.integers(min_value=1, max_value=3000), max_size=300)


@given(lengths)
def test_every_text_is_in_one_batch(sizes: list[int]) -> None:
    assert sorted(each for batch in plan_batches(sizes) for each in batch) == list(range(len(sizes)))


@given(lengths)
def test_batches_keep_both_limits(sizes: list[int]) -> None:
    for batch in plan_batches(sizes):
        padded = max(sizes[each] for each in batch) * len(batch)
        if len(batch) > 1:
            assert padded <= MAX_TOKENS
            assert padded - sum(sizes[each] for each in batch) <= MAX_PADDING * padded


def test_equal_texts_fill_a_batch_to_the_limit() -> None:
    assert [len(batch) for batch in plan_batches([64] * 40)] == [32, 8]


def test_one_long_text_does_not_pad_the_short_ones() -> None:
    assert plan_batches([500, 10, 10]) == [[1, 2], [0]]
