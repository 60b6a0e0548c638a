"""One question to an endpoint: where texts may go, and what each way of not answering is called."""

import json
import socket
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from aimass_apps.inference.kinds.llm.endpoint import LARGEST_REPLY, Endpoint, answers, complete
from aimass_apps.inference.predictor import NoAnswer
from tests.support.endpoint import KEY, FakeEndpoint, completion

SCHEMA = {"type": "object", "properties": {}}


@pytest.fixture
def fake() -> Iterator[FakeEndpoint]:
    with FakeEndpoint().running() as endpoint:
        yield endpoint


def ask(url: str, **changed: object) -> str:
    endpoint = Endpoint(url, **({"key": KEY, "timeout": 20.0} | changed))
    messages = [{"role": "user", "content": "a visit"}]
    return complete(endpoint, model="m", messages=messages, schema=SCHEMA, most_tokens=9)


def failure(url: str, **changed: object) -> tuple[str, bool]:
    with pytest.raises(NoAnswer) as caught:
        ask(url, **changed)
    return caught.value.code, caught.value.again


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("https://llm.example/v1", ""),
        ("http://127.0.0.1:8000/v1", ""),
        ("http://[::1]:8000/v1", ""),
        ("http://localhost/v1", ""),
        ("http://llm.example/v1", "not_encrypted"),
        ("http://10.0.0.7/v1", "not_encrypted"),
        ("http://localhost.example/v1", "not_encrypted"),
        ("http://127.0.0.1.example/v1", "not_encrypted"),
        ("http://2130706433/v1", "not_encrypted"),
        ("http://127.0.0.1@llm.example/v1", "bad_address"),
        ("https://name:word@llm.example/v1", "bad_address"),
        ("https://llm.example:port/v1", "bad_address"),
        ("ftp://127.0.0.1/v1", "bad_address"),
        ("llm.example", "bad_address"),
        ("", "not_configured"),
    ],
)
def test_texts_go_to_encrypted_places_or_to_this_machine(url: str, problem: str) -> None:
    assert Endpoint(url).problem() == problem


def test_plain_http_elsewhere_needs_an_explicit_word() -> None:
    assert Endpoint("http://llm.example/v1", allow_http=True).problem() == ""
    assert failure("http://llm.example/v1") == ("not_encrypted", False)


def test_an_answer_comes_with_schema_key_and_no_randomness(fake: FakeEndpoint) -> None:
    fake.says("words")
    assert ask(fake.url) == "words"
    [asked] = fake.asked
    assert asked["response_format"]["json_schema"]["schema"] == SCHEMA
    assert (asked["model"], asked["temperature"], asked["max_tokens"]) == ("m", 0, 9)
    assert fake.headers[0]["authorization"] == f"Bearer {KEY}"


def test_a_server_that_knows_no_schema_is_asked_without(fake: FakeEndpoint) -> None:
    fake.knows_schemas = False
    fake.says("words")
    assert ask(fake.url) == "words"
    assert ["response_format" in asked for asked in fake.asked] == [True, False]


@pytest.mark.parametrize(
    ("reply", "code", "again"),
    [
        ((200, completion("I can't help with that.", refusal="no")), "refused", False),
        ((200, completion("", finish="content_filter")), "refused", False),
        ((200, completion("  ")), "refused", False),
        ((200, completion('{"conditions": [', finish="length")), "cut_off", False),
        ((200, completion(None)), "not_a_completion", False),
        ((200, b"<html>"), "not_a_completion", False),
        ((200, b'{"choices": []}'), "not_a_completion", False),
        ((200, b'{"choices": [{"message": []}]}'), "not_a_completion", False),
        ((200, b"[" * 100_000), "not_a_completion", False),
        ((200, b'"' + b"x" * LARGEST_REPLY + b'"'), "too_long", False),
        ((302, b""), "http_302", False),
        ((400, b"{}"), "http_400", False),
        ((401, b"{}"), "http_401", False),
        ((404, b"{}"), "http_404", False),
        ((429, b"{}"), "http_429", True),
        ((503, b"{}"), "http_503", True),
    ],
)
def test_every_other_outcome_has_a_code(fake: FakeEndpoint, reply: tuple[int, bytes], code: str, again: bool) -> None:
    fake.replies = [reply]
    assert failure(fake.url) == (code, again)


def test_a_slow_endpoint_is_left_after_its_time(fake: FakeEndpoint) -> None:
    fake.hang.clear()
    assert failure(fake.url, timeout=0.2) == ("timeout", True)
    assert answers(Endpoint(fake.url, key=KEY)) == ""


def test_the_time_is_for_the_whole_answer_and_not_for_each_part(fake: FakeEndpoint) -> None:
    fake.says("words")
    endpoint = Endpoint(fake.url, key=KEY, timeout=20.0)
    times = iter([0.0, 21.0, 22.0, 23.0])
    with pytest.raises(NoAnswer, match="timeout"):
        complete(endpoint, model="m", messages=[], schema=SCHEMA, most_tokens=9, clock=lambda: next(times))


def test_both_questions_share_one_time(fake: FakeEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second whole patience for the question without a schema would outlive the row's lease."""
    patiences: list[float | None] = []
    stream = httpx.Client.stream

    def noted(self: httpx.Client, *parts: Any, timeout: httpx.Timeout, **given: Any) -> Any:
        patiences.append(timeout.read)
        return stream(self, *parts, timeout=timeout, **given)

    monkeypatch.setattr(httpx.Client, "stream", noted)
    fake.knows_schemas = False
    fake.says("words")
    times = iter([0.0, 0.0, 15.0, 15.0, 16.0])
    endpoint = Endpoint(fake.url, key=KEY, timeout=20.0)
    assert complete(endpoint, model="m", messages=[], schema=SCHEMA, most_tokens=9, clock=lambda: next(times))
    assert patiences == [20.0, 5.0]


def test_a_second_question_is_not_asked_when_the_time_is_over(fake: FakeEndpoint) -> None:
    fake.knows_schemas = False
    times = iter([0.0, 0.0, 20.0, 20.5])
    endpoint = Endpoint(fake.url, key=KEY, timeout=20.0)
    with pytest.raises(NoAnswer, match="timeout"):
        complete(endpoint, model="m", messages=[], schema=SCHEMA, most_tokens=9, clock=lambda: next(times))
    assert len(fake.asked) == 1


def test_nobody_there() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}/v1"
        assert failure(url) == ("unreachable", True)
        assert answers(Endpoint(url)) == "unreachable"


def test_what_went_wrong_never_quotes_what_was_asked_or_said(fake: FakeEndpoint) -> None:
    fake.replies = [(500, b'{"error": "the patient has a rash"}')]
    with pytest.raises(NoAnswer) as caught:
        ask(fake.url)
    assert str(caught.value) == "http_500"
    assert "rash" not in json.dumps([str(each) for each in caught.value.args])


def test_the_list_of_models_tells_whether_it_answers(fake: FakeEndpoint) -> None:
    assert answers(Endpoint(fake.url, key=KEY)) == ""
    assert answers(Endpoint(fake.url, key="another")) == "http_401"
    assert answers(Endpoint("http://llm.example/v1")) == "not_encrypted"
    assert fake.asked == []
