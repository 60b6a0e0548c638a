import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aimass_apps.inference.text.language import detect_language, find_languages, languages_to_ask


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I really like this film", "en"),
        ("lol ok", "en"),
        ("you are so stoopid", "en"),
        ("y0u @re st\u0430pid and v\u0435rmin", "en"),
        ("Scunthorpe is nice in May", "en"),
        ("check https://example.com/a @sam this is great", "en"),
        ("i met him at the café in Łódź", "en"),
        ("今天天气很好", "zh"),
        ("這個網民真的很討厭", "zh"),
        ("这人sb吧", "zh"),
        ("iPhone真的太贵了，我不想买", "zh"),
        ("I told him 你真的很讨厌 and he laughed", "mixed"),
        ("hello my friend, это мой новый дом", "mixed"),
        ("Bonjour, comment ça va ?", "fr"),
        ("No me gusta nada esta película porque es muy larga", "es"),
        ("Das ist nicht dein Ernst", "de"),
        ("Это обычный русский текст", "other"),
        ("ninakupenda sana rafiki yangu wewe", "other"),
        ("今日はとても暑いですね", "ja"),
        ("路过看看ヽ(￣д￣;)ノ今天心情不错", "zh"),
        ("안녕하세요 여러분", "ko"),
        ("مرحبا كيف حالك", "other"),
        ("", "unknown"),
        ("😂😂 123 !!!", "unknown"),
        ("https://example.com", "unknown"),
        ("xkcd qwrt", "unknown"),
    ],
)
def test_detect_language(text: str, language: str) -> None:
    assert detect_language(text) == language


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("I like it here", ("en", "any")),
        ("今天天气很好", ("zh", "any")),
        ("I told him 你真的很讨厌 and he laughed", ("en", "zh", "any")),
        ("今日はとても暑いですね, so hot in here today", ("en", "ja", "any")),
        ("😂", ("every", "any")),
        ("xkcd qwrt", ("every", "any")),
        ("ninakupenda sana rafiki yangu wewe", ("every", "any")),
    ],
)
def test_mixed_and_unclear_text_goes_to_every_version_that_may_apply(text: str, asked: tuple[str, ...]) -> None:
    assert languages_to_ask(text) == asked


@pytest.mark.parametrize(
    ("text", "by", "unread"),
    [
        ("I like it here", ["en"], ()),
        ("I told him 你真的很讨厌 and he laughed", ["en"], ("zh",)),
        ("I told him 你真的很讨厌 and he laughed", ["en", "zh"], ()),
        ("hello my friend, это мой новый дом", ["en", "zh"], ("other",)),
        ("hello my friend, это мой новый дом", ["en", "ru"], ()),
        ("hello my friend, это мой новый дом", ["any"], ()),
        ("ninakupenda sana rafiki yangu wewe", ["en", "zh"], ("other",)),
        ("😂 123", ["en"], ()),
    ],
)
def test_parts_that_no_version_reads_are_named(text: str, by: list[str], unread: tuple[str, ...]) -> None:
    assert find_languages(text).unread(by) == unread


@given(st.text(max_size=80))
def test_any_text_gets_an_answer(text: str) -> None:
    assert 2 <= len(detect_language(text)) <= 8
    assert languages_to_ask(text)


def test_it_is_quick() -> None:
    texts = [f"I really think number {i} of that show is better than the last one, but he does not" for i in range(500)]
    started = time.process_time()
    for text in texts:
        detect_language(text)
    assert time.process_time() - started < 0.5


def test_no_model_library_is_imported() -> None:
    code = (
        "import sys, aimass_apps.inference.text.language;"
        "print([m for m in ('torch','transformers','onnxruntime','sklearn','numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
