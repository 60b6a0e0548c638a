"""The platforms' API: it takes posts and tells where they stand. Authenticated by the platform's key."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, cast

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, OpenApiRequest, PolymorphicProxySerializer, extend_schema
from rest_framework import status
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from aimass_apps.people.api_keys import PlatformCaller
from aimass_apps.people.models import Platform
from aimass_apps.submissions.decisions import current_decision
from aimass_apps.web.parsers import LimitedJSONParser
from moderation.events import describe_decision
from moderation.forms import (
    PostListSerializer,
    PostSerializer,
    ReceiptListSerializer,
    ReceiptSerializer,
    StatusSerializer,
)
from moderation.intake import receive_posts
from moderation.models import Post
from moderation.queries import post_of_platform

ONE_OR_MANY = PolymorphicProxySerializer("PostOrPosts", [PostSerializer, PostListSerializer], None)
RECEIPTS = PolymorphicProxySerializer("ReceiptOrReceipts", [ReceiptSerializer, ReceiptListSerializer], None)


def take_posts(platform: Platform, data: object) -> dict[str, Any]:
    """Validate and receive one post (an object), or many (a list, or an object with `posts`).

    Raises DRF's `ValidationError`, `ParseError`.
    """
    if isinstance(data, list):
        data = {"posts": data}
    if not isinstance(data, Mapping):
        raise ParseError(_('Send an object: one post, or {"posts": [...]}.'))
    if "posts" in data:
        many = PostListSerializer(data=data)
        many.is_valid(raise_exception=True)
        return {"posts": [asdict(receipt) for receipt in receive_posts(platform=platform, posts=many.incoming())]}
    one = PostSerializer(data=data)
    one.is_valid(raise_exception=True)
    return asdict(receive_posts(platform=platform, posts=[one.incoming()])[0])


def platform_of(request: Request) -> Platform:
    """The platform whose key the request carries."""
    return cast(PlatformCaller, request.user).platform


class PostsView(APIView):
    """Send posts."""

    parser_classes = [LimitedJSONParser]

    @extend_schema(
        operation_id="send_posts",
        summary="Send one post or up to 500",
        request=OpenApiRequest(ONE_OR_MANY),
        responses={202: RECEIPTS},
    )
    def post(self, request: Request) -> Response:
        """Takes a post, or `{"posts": [...]}`. A post that was sent before gets its first receipt again."""
        return Response(take_posts(platform_of(request), request.data), status.HTTP_202_ACCEPTED)


class PostView(APIView):
    """Where a post stands."""

    @extend_schema(
        operation_id="read_post",
        summary="Where a post stands",
        parameters=[OpenApiParameter("reference", str, "path", description="Your id of the post, or ours.")],
        responses=StatusSerializer,
    )
    def get(self, request: Request, reference: str) -> Response:
        """By your id (its latest revision) or by ours."""
        post = post_of_platform(platform_of(request), reference)
        if post is None:
            raise Http404
        return Response(describe_post(post))


def describe_post(post: Post) -> dict[str, Any]:
    decision = current_decision(post.submission)
    delivery = getattr(decision, "delivery", None)
    return {
        "id": str(post.public_id),
        "external_id": post.external_id,
        "revision": post.revision,
        "state": post.state,
        "outcome": post.outcome,
        "flagged": post.flagged,
        "received_at": post.received_at.isoformat(),
        "decision": None if decision is None else describe_decision(decision),
        "delivery": None if delivery is None else delivery.state,
    }
