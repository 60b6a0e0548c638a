import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aimass_apps.inference.language import detect_language, languages_to_ask


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
        ("Bonjour, comment ça va ?", "other"),
        ("No me gusta nada esta película porque es muy larga", "other"),
        ("Das ist nicht dein Ernst", "other"),
        ("Это обычный русский текст", "other"),
        ("今日はとても暑いですね", "other"),
        ("안녕하세요 여러분", "other"),
        ("مرحبا كيف حالك", "other"),
        ("", "unknown"),
        ("😂😂 123 !!!", "unknown"),
        ("https://example.com", "unknown"),
        ("xkcd qwrt", "unknown"),
    ],
)
def test_detect_language(text: str, language: str) -> None:
    assert detect_language(text) == language


def test_unclear_text_goes_to_every_version() -> None:
    assert languages_to_ask("😂") == languages_to_ask("I told him 你真的很讨厌 and he laughed") == ("en", "zh", "any")
    assert languages_to_ask("I like it here") == ("en", "any")
    assert languages_to_ask("今天天气很好") == ("zh", "any")
    assert languages_to_ask("Это обычный русский текст") == ("any",)


@given(st.text(max_size=80))
def test_any_text_gets_an_answer(text: str) -> None:
    assert detect_language(text) in {"en", "zh", "mixed", "other", "unknown"}
    assert languages_to_ask(text)


def test_it_is_quick() -> None:
    texts = [f"I really think number {i} of that show is better than the last one, but he does not" for i in range(500)]
    started = time.process_time()
    for text in texts:
        detect_language(text)
    assert time.process_time() - started < 0.5


def test_no_model_library_is_imported() -> None:
    code = (
        "import sys, aimass_apps.inference.language;"
        "print([m for m in ('torch','transformers','onnxruntime','sklearn','numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
