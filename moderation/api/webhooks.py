"""Posts as signed webhooks (Standard Webhooks 1.0), each processed once; and the schema of the events that we send."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiRequest,
    OpenApiResponse,
    OpenApiWebhook,
    extend_schema,
    inline_serializer,
)
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError, ValidationError
from rest_framework.fields import ChoiceField, DateTimeField
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from aimass_apps.delivery.signing import BadSignature, check_signature
from aimass_apps.people.models import Platform
from aimass_apps.web.parsers import LimitedJSONParser, read_body, read_json
from moderation.api.posts import ONE_OR_MANY, RECEIPTS, take_posts
from moderation.events import TYPES
from moderation.forms import DecisionSerializer, EventPostSerializer
from moderation.intake import WebhookConflict, receive_webhook

EVENTS = ("post.created", "post.updated", "posts.created")
LONGEST_ID = 200


_ABOUT: dict[str, Any] = {"post": EventPostSerializer(), "decision": DecisionSerializer()}
EVENT = inline_serializer(
    "Event",
    {
        "type": ChoiceField(list(TYPES.items())),
        "timestamp": DateTimeField(),
        "data": inline_serializer("EventData", _ABOUT),
    },
)
# What the API's description says of the events that platforms get: settings.SPECTACULAR_SETTINGS names it.
SENT = [
    OpenApiWebhook(
        name,
        extend_schema(
            operation_id=name.replace(".", "_"),
            summary=f"We tell {meaning}",
            request=OpenApiRequest(EVENT),
            responses={200: OpenApiResponse(description="Any 2xx: the event is taken.")},
        ),
    )
    for name, meaning in TYPES.items()
]


class SignatureRefused(APIException):
    """No genuine message of this platform."""

    status_code = status.HTTP_401_UNAUTHORIZED
    default_detail = _("The webhook's signature is refused.")
    default_code = "bad_signature"


class DifferentBody(APIException):
    """The id was used before, for something else."""

    status_code = status.HTTP_409_CONFLICT
    default_detail = _("This webhook-id came before with another body.")
    default_code = "webhook_conflict"


def _header(name: str, text: str) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, required=True, description=text)


class WebhookView(APIView):
    """Receives a platform's events."""

    authentication_classes = []
    permission_classes = []
    parser_classes = [LimitedJSONParser]

    @extend_schema(
        operation_id="receive_webhook",
        summary="Send posts as a signed webhook",
        auth=[],
        parameters=[
            OpenApiParameter("public_id", UUID, "path", description="The platform's id, shown on its page."),
            _header("webhook-id", "Your id of the event; a repeat gets the first answer again."),
            _header("webhook-timestamp", "Seconds since 1970; at most five minutes off."),
            _header("webhook-signature", "`v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`."),
        ],
        request=OpenApiRequest(ONE_OR_MANY),
        responses={202: RECEIPTS},
    )
    def post(self, request: Request, public_id: UUID) -> Response:
        """The body is `{"type": "post.created", "timestamp": ..., "data": a post or {"posts": [...]}}`."""
        platform = Platform.objects.filter(public_id=public_id, active=True).first()
        if platform is None:
            raise Http404
        body = read_body(request)
        webhook_id = _check(platform, request, body)
        try:
            answer = receive_webhook(
                platform=platform,
                webhook_id=webhook_id,
                body=body,
                answer=lambda: take_posts(platform, posts_in(read_json(body))),
            )
        except WebhookConflict as error:
            raise DifferentBody from error
        return Response(answer, status.HTTP_202_ACCEPTED)


def _check(platform: Platform, request: Request, body: bytes) -> str:
    try:
        webhook_id = check_signature(secret=platform.incoming_secret, headers=request.headers, body=body)
    except BadSignature as error:
        raise SignatureRefused(str(error)) from error
    if len(webhook_id) > LONGEST_ID:
        raise ParseError(_("The header webhook-id is longer than 200 characters."))
    return webhook_id


def posts_in(event: Any) -> Any:
    """What an event holds. Raises `ValidationError` for an event of an unknown type."""
    if not isinstance(event, Mapping):
        raise ParseError(_("Send an object with type, timestamp and data."))
    if event.get("type") not in EVENTS:
        raise ValidationError({"type": [_("Known are post.created, post.updated and posts.created.")]})
    if "data" not in event:
        raise ValidationError({"data": [_("This field is required.")]})
    return event["data"]
