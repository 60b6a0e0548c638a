"""Errors of the API as problem documents (RFC 9457)."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from string import Formatter
from typing import Any

from django.http import Http404, JsonResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

MEDIA_TYPE = "application/problem+json"


def problem(
    status: int, title: str, detail: str = "", *, kind: str = "about:blank", errors: Sequence[Mapping[str, str]] = ()
) -> dict[str, Any]:
    """The members of RFC 9457; `errors` names fields as JSON pointers with what is wrong with each."""
    body: dict[str, Any] = {"type": kind, "title": title, "status": status, "detail": detail}
    if errors:
        body["errors"] = [dict(error) for error in errors]
    return body


def problem_json(status: int, title: str, detail: str = "", **members: Any) -> JsonResponse:
    """A problem document from a plain Django view."""
    return JsonResponse(problem(status, title, detail, **members), status=status, content_type=MEDIA_TYPE)


def _flatten(detail: Any, pointer: str = "") -> list[dict[str, str]]:
    if isinstance(detail, Mapping):
        parts = [
            _flatten(value, pointer if key == "non_field_errors" else f"{pointer}/{key}")
            for key, value in detail.items()
        ]
        return [error for part in parts for error in part]
    if isinstance(detail, list):
        if all(isinstance(item, str) for item in detail):
            return [{"pointer": pointer or "/", "detail": str(item)} for item in detail]
        parts = [_flatten(item, f"{pointer}/{place}") for place, item in enumerate(detail)]
        return [error for part in parts for error in part]
    return [{"pointer": pointer or "/", "detail": str(detail)}]


def _title(error: Exception) -> str:
    """What the kind of error is called. Where DRF's words have a blank for this request, they would stay unfilled."""
    words = str(getattr(error, "default_detail", "") or _("The request failed."))
    if not any(field for _text, field, _format, _conversion in Formatter().parse(words)):
        return words
    return HTTPStatus(getattr(error, "status_code", 400)).phrase


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: the same statuses and headers, as a problem document."""
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, exceptions.ValidationError):
        body = problem(
            response.status_code, _("The request has errors."), _("Correct the fields named in errors and send again."),
            errors=_flatten(error.detail),
        )  # fmt: skip
    elif isinstance(error, Http404 | exceptions.NotFound):
        body = problem(404, _("Not found."), _("Nothing is known under this address."))
    else:
        body = problem(response.status_code, _title(error), str(getattr(error, "detail", "")))
    response.data = body
    response.content_type = MEDIA_TYPE
    return response
