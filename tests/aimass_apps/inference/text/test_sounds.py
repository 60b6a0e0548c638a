"""Words of a Chinese list that were written so as not to be found, and honest text that sounds like them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aimass_apps.inference.kinds.keywords.predictor import Entry, KeywordPredictor
from aimass_apps.inference.predictor import Item
from aimass_apps.inference.text.sounds import SoundFinder

WORDS = KeywordPredictor(
    [
        Entry("笨蛋", "insult", 2, "any"),
        Entry("讨厌鬼", "insult", 2, "any"),
        Entry("胆小鬼", "insult", 2, "any"),
        Entry("懒虫", "insult", 2, "any"),
        Entry("他笨", "insult", 2, "any"),
        Entry("小气", "insult", 1, "any"),
        Entry("妈的", "insult", 2, "any", ("妈妈的",)),
    ],
    ("toxic", "insult"),
)


def matches(text: str) -> list[tuple[str, str]]:
    return [(text[span.start : span.end], span.rule) for span in WORDS.predict([Item(text)])[0].spans]


@pytest.mark.parametrize(
    ("text", "written", "term"),
    [
        pytest.param("隔壁那个討厭鬼又来了", "討厭鬼", "讨厌鬼", id="traditional"),
        pytest.param("你真是个笨 蛋", "笨 蛋", "笨蛋", id="a gap"),
        pytest.param("你真是个笨·蛋", "笨·蛋", "笨蛋", id="a sign"),
        pytest.param("你真是个笨\u200b蛋", "笨\u200b蛋", "笨蛋", id="an invisible sign"),
        pytest.param("你真是个奔蛋", "奔蛋", "笨蛋", id="a character of the same sound"),
        pytest.param("一条懒冲", "懒冲", "懒虫", id="the other character"),
        pytest.param("胆晓鬼一个", "胆晓鬼", "胆小鬼", id="one of three"),
        pytest.param("你这个bendan", "bendan", "笨蛋", id="pinyin"),
        pytest.param("你这个BenDan", "BenDan", "笨蛋", id="pinyin with capitals"),
        pytest.param("你这个ben.dan", "ben.dan", "笨蛋", id="pinyin with a sign"),
        pytest.param("你这个ben蛋", "ben蛋", "笨蛋", id="half in pinyin"),
        pytest.param("你这个笨dan", "笨dan", "笨蛋", id="the other half"),
        pytest.param("他就是tyg嘛", "tyg", "讨厌鬼", id="initials"),
    ],
)
def test_a_disguised_word_is_found_where_it_was_written(text: str, written: str, term: str) -> None:
    assert matches(text) == [(written, term)]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("奔丹霞山去了", id="no character of the term"),
        pytest.param("大家都懒充电", id="a sound across words"),
        pytest.param("塔本身很高", id="a short term with a pronoun sounds like ordinary speech"),
        pytest.param("今天吃小七家的面", id="mild words are not looked for by sound"),
        pytest.param("Please bring the bendan box", id="no Chinese in the text"),
        pytest.param("他会说bend and break这句英文", id="English"),
        pytest.param("btyg公司发布了新手机", id="letters of a longer name"),
        pytest.param("妈妈的菜最好吃", id="harmless phrase"),
        pytest.param("我的dan老师姓李", id="one syllable alone"),
    ],
)
def test_honest_text_is_left_alone(text: str) -> None:
    assert matches(text) == []


@given(st.text(alphabet="笨蛋奔丹bendan .·，a1", max_size=40))
def test_places_are_within_the_text(text: str) -> None:
    for start, end, term in SoundFinder(["笨蛋"]).find(text):
        assert 0 <= start < end <= len(text)
        assert term == "笨蛋"
