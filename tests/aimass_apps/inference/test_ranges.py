from hypothesis import given
from hypothesis import strategies as st

from aimass_apps.inference.ranges import Ranges

SPAN = st.tuples(st.integers(0, 12), st.integers(1, 5)).map(lambda each: (each[0], each[0] + each[1]))


@given(st.lists(SPAN), SPAN)
def test_they_answer_as_looking_at_each_would(spans: list[tuple[int, int]], asked: tuple[int, int]) -> None:
    start, end = asked
    assert Ranges(spans).cover(start, end) == any(low <= start and end <= high for low, high in spans)
    assert Ranges(spans).touch(start, end) == any(low < end and start < high for low, high in spans)
