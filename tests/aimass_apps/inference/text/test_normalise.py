import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aimass_apps.inference.text.normalise import normalise

ZERO_WIDTH = "\u200b"
# In JSON: an editor or a linter takes a look-alike letter in source for a slip.
SPELLINGS = json.loads((Path(__file__).parent / "spellings.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("written", "meant"), SPELLINGS["disguises"])
def test_disguises_come_off(written: str, meant: str) -> None:
    assert normalise(written).text == meant


@pytest.mark.parametrize("text", SPELLINGS["honest"])
def test_honest_text_stays(text: str) -> None:
    assert normalise(text).text == text


def test_keyed_view_is_lower_case_without_accents_and_bolder() -> None:
    assert normalise("STÜPID Café", "keyed").text == "stupid cafe"
    assert normalise("你真 是 尼玛 傻逼", "keyed").text == "你真是你妈傻逼"
    assert normalise("你真是尼玛").text == "你真是尼玛"


def test_a_match_is_shown_where_it_was_written() -> None:
    original = f"well, you {ZERO_WIDTH}s.t.u.p.i.d one"
    found = normalise(original)
    start = found.text.index("stupid")
    first, last = found.to_original(start, start + 6)
    assert original[first:last] == "s.t.u.p.i.d"


def test_equal_lengths_map_letter_by_letter() -> None:
    found = normalise("a h4te b")
    assert found.offsets == tuple((i, i + 1) for i in range(8))


def test_an_empty_range_stays_empty() -> None:
    found = normalise("h.a.t.e")
    assert found.to_original(4, 4) == (7, 7)
    assert normalise("plain").to_original(2, 2) == (2, 2)


_PIECES = st.lists(
    st.one_of(
        st.text(max_size=6),
        st.sampled_from(SPELLINGS["pieces"]),
        st.sampled_from([" ", ".", "-", "*", "1", "!", "\n"]),
    ),
    max_size=12,
).map("".join)


@given(_PIECES, st.sampled_from(["light", "keyed"]))
@settings(max_examples=400, deadline=None)
def test_offsets_are_in_bounds_and_never_fall(text: str, view: str) -> None:
    found = normalise(text, view)
    assert len(found.offsets) == len(found.text)
    last = (0, 0)
    for start, end in found.offsets:
        assert 0 <= start <= end <= len(text)
        assert start >= last[0]
        assert end >= last[1]
        last = (start, end)


@given(_PIECES, st.sampled_from(["light", "keyed"]))
@settings(max_examples=400, deadline=None)
def test_normalised_text_normalises_to_itself(text: str, view: str) -> None:
    once = normalise(text, view).text
    assert normalise(once, view).text == once


@pytest.mark.parametrize("text", [10_000 * piece for piece in ("a", "a ", "\u0430", "a.b", "4a", "*a", "a-", "aaab")])
def test_long_nonsense_is_read_in_linear_time(text: str) -> None:
    started = time.process_time()
    normalise(text)
    assert time.process_time() - started < 5
