"""Addresses of the desk's pages that keep the filter."""

from urllib.parse import urlencode

from django.urls import reverse

from moderation.queries import QueueFilter


def as_dict(chosen: QueueFilter) -> dict[str, str]:
    escalated = "on" if chosen.escalated else ""
    return {"platform": chosen.platform, "label": chosen.label, "language": chosen.language, "escalated": escalated}


def encode(values: dict[str, str]) -> str:
    return urlencode({name: value for name, value in values.items() if value})


def query_of(chosen: QueueFilter, **more: str) -> str:
    """The filter as `?…`, or nothing."""
    encoded = encode({**as_dict(chosen), **more})
    return f"?{encoded}" if encoded else ""


def address(name: str, chosen: QueueFilter, *arguments: object, **more: str) -> str:
    """A page's address that keeps the filter."""
    return reverse(name, args=arguments) + query_of(chosen, **more)
