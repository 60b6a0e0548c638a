"""Every error of the API is a problem document that people can read."""

from collections.abc import Iterator
from string import Formatter

import pytest
from rest_framework import exceptions, throttling, views  # noqa: F401 - brings every kind of error of theirs

from aimass_apps.web.problems import problem_response


class Blank(exceptions.APIException):
    """One of our own kind that leaves a blank in its words."""

    status_code = 409
    default_detail = "The {thing} is taken."

    def __init__(self, thing: str) -> None:
        super().__init__(self.default_detail.format(thing=thing))


def kinds(of: type[exceptions.APIException] = exceptions.APIException) -> Iterator[type[exceptions.APIException]]:
    yield of
    for each in of.__subclasses__():
        yield from kinds(each)


def made(kind: type[exceptions.APIException]) -> exceptions.APIException:
    try:
        return kind()
    except TypeError:
        return kind("what was asked")


@pytest.mark.parametrize("kind", dict.fromkeys(kinds()), ids=lambda kind: kind.__name__)
def test_no_title_has_a_blank_in_it(kind: type[exceptions.APIException]) -> None:
    answer = problem_response(made(kind), {})
    assert answer is not None
    assert answer.data["status"] == answer.status_code
    for words in (answer.data["title"], answer.data["detail"]):
        assert words
        assert [field for _, field, _, _ in Formatter().parse(words) if field is not None] == []


def test_the_detail_still_says_what_was_asked() -> None:
    answer = problem_response(exceptions.MethodNotAllowed("PUT"), {})
    assert answer is not None
    assert (answer.data["title"], answer.data["detail"]) == ("Method Not Allowed", 'Method "PUT" not allowed.')
