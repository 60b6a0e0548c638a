"""JSON bodies of at most DATA_UPLOAD_MAX_MEMORY_SIZE bytes."""

import json
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser


class BodyTooLarge(APIException):
    """The body is longer than this installation takes."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = gettext_lazy("The body is too large: send less in one call.")
    default_code = "body_too_large"


class LimitedJSONParser(BaseParser):
    """Refuses too large, unreadable and too deeply nested bodies as problem documents.

    Not a JSONParser: for those DRF reads the body before it asks the parser, and a large one becomes a bare 400.
    """

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        request = (parser_context or {})["request"]
        return read_json(read_body(request))


def read_body(request: Any) -> bytes:
    """The whole body. Raises `BodyTooLarge`."""
    plain: HttpRequest = getattr(request, "_request", request)
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    try:
        if limit is not None and int(plain.META.get("CONTENT_LENGTH") or 0) > limit:
            raise BodyTooLarge
        return plain.body
    except RequestDataTooBig as error:
        raise BodyTooLarge from error
    except ValueError as error:
        raise ParseError(_("The header Content-Length is not a number.")) from error


def read_json(body: bytes) -> Any:
    """Parsed JSON, without NaN and infinities. Raises `ParseError`."""
    try:
        return json.loads(body.decode(), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        detail = str(error) if isinstance(error, json.JSONDecodeError) else type(error).__name__
        raise ParseError(_("The body is not JSON in UTF-8: %(detail)s") % {"detail": detail}) from error


def _refuse(name: str) -> None:
    raise ValueError(name)
