"""Short messages on htmx answers; whole pages use Django's messages, which look the same."""

from django.http import HttpResponse
from django_htmx.http import trigger_client_event

TONES = ("info", "ok", "warn", "danger")


def add(response: HttpResponse, text: str, *, tone: str = "ok", action: str = "", url: str = "") -> HttpResponse:
    """Show `text` when the browser gets this answer; with `action` and `url` it carries a button that posts there."""
    if tone not in TONES:
        raise ValueError(f"unknown tone of a toast: {tone}")
    event = {"text": str(text), "tone": tone, "action": str(action), "url": url}
    trigger_client_event(response, "toast", event)
    return response
