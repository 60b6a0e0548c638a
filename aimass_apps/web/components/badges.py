"""Badges with a fixed meaning: each has a word, an icon and a tone, so that colour never speaks alone."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from aimass_apps.web.components.markup import icon

TONES = ("neutral", "info", "ok", "warn", "danger", "accent")


class Look(NamedTuple):
    """How one value of a scale is shown."""

    label: str | Promise
    tone: str
    icon: str


URGENCY = {
    "immediate": Look(_("Immediate"), "immediate", "siren"),
    "very_urgent": Look(_("Very urgent"), "very-urgent", "alert"),
    "urgent": Look(_("Urgent"), "urgent", "arrow-up"),
    "soon": Look(_("Soon"), "soon", "clock"),
    "self_care": Look(_("Self-care"), "self-care", "home"),
}

STAGES = {
    "candidate": Look(_("Candidate"), "neutral", "box"),
    "shadow": Look(_("Shadow"), "info", "eye"),
    "canary": Look(_("Canary"), "warn", "filter"),
    "live": Look(_("Live"), "ok", "check-circle"),
    "retired": Look(_("Retired"), "neutral", "history"),
}

STATES = {
    "waiting": Look(_("Waiting"), "neutral", "clock"),
    "pending": Look(_("Waiting"), "neutral", "clock"),
    "running": Look(_("Running"), "info", "play"),
    "done": Look(_("Done"), "ok", "check"),
    "failed": Look(_("Failed"), "danger", "x-circle"),
    "scoring": Look(_("Being scored"), "info", "loader"),
    "clear": Look(_("Clear"), "ok", "check"),
    "cleared": Look(_("Clear"), "ok", "check"),
    "flagged": Look(_("Flagged"), "warn", "flag"),
    "approved": Look(_("Approved"), "ok", "check-circle"),
    "removed": Look(_("Removed"), "danger", "trash"),
    "escalated": Look(_("Escalated"), "accent", "arrow-up"),
    "superseded": Look(_("Newer revision"), "neutral", "history"),
    "reversed": Look(_("Reversed"), "neutral", "undo"),
    "confirmed": Look(_("Confirmed"), "ok", "check-circle"),
    "overridden": Look(_("Overridden"), "warn", "edit"),
    "lowered": Look(_("Lowered"), "warn", "arrow-down"),
    "taken_back": Look(_("Taken back"), "neutral", "undo"),
    "deferred": Look(_("Deferred"), "neutral", "clock"),
    "open": Look(_("Open"), "info", "inbox"),
    "closed": Look(_("Closed"), "neutral", "check"),
    "sent": Look(_("Sent"), "ok", "send"),
    "delivered": Look(_("Delivered"), "ok", "send"),
    "retrying": Look(_("Retrying"), "warn", "refresh"),
    "off": Look(_("Off"), "neutral", "ban"),
    "up": Look(_("Up"), "ok", "check-circle"),
    "down": Look(_("Down"), "danger", "x-circle"),
    "starting": Look(_("Starting"), "info", "loader"),
    "stopped": Look(_("Stopped"), "neutral", "pause"),
    "installing": Look(_("Installing"), "info", "download"),
    "missing": Look(_("Missing"), "warn", "alert"),
    "granted": Look(_("Granted"), "ok", "check-circle"),
    "refused": Look(_("Held back"), "danger", "x-circle"),
    "withdrawn": Look(_("Withdrawn"), "neutral", "undo"),
    "active": Look(_("Active"), "ok", "check"),
    "revoked": Look(_("Revoked"), "neutral", "ban"),
}


def badge(text: object, tone: str = "neutral", icon_name: str = "", size: str = "md") -> SafeString:
    """A short fact with a tone; `size` is `md` or `lg`."""
    return format_html(
        '<span class="badge badge-{} badge-{}">{}<span>{}</span></span>', tone, size, icon(icon_name), text
    )


def scale_badge(scale: dict[str, Look], value: object, size: str = "md") -> SafeString:
    """The badge of a value on a scale; a value the scale does not know is shown as it is, in neutral."""
    key = str(value)
    look = scale.get(key.lower(), Look(key.replace("_", " ").capitalize(), "neutral", ""))
    return badge(look.label, look.tone, look.icon, size)
