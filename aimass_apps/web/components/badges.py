"""Badges with a fixed meaning: each has a word, an icon and a tone, so that nothing is said by colour alone."""

from collections.abc import Mapping
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from aimass_apps.web.components.markup import icon

TONES = ("neutral", "info", "ok", "warn", "danger", "accent")
GRADES = ("grade-1", "grade-2", "grade-3", "grade-4", "grade-5")
"""Tones for a scale of five steps, the gravest first."""


class Look(NamedTuple):
    """How one value of a scale is shown."""

    label: str | Promise
    tone: str
    icon: str


class UnknownScale(KeyError):
    """Nothing has registered a scale of this name."""


_scales: dict[str, dict[str, Look]] = {
    "stage": {
        "candidate": Look(_("Candidate"), "neutral", "box"),
        "shadow": Look(_("Shadow"), "info", "eye"),
        "canary": Look(_("Canary"), "warn", "filter"),
        "live": Look(_("Live"), "ok", "check-circle"),
        "retired": Look(_("Retired"), "neutral", "history"),
    },
    "state": {
        "waiting": Look(_("Waiting"), "neutral", "clock"),
        "running": Look(_("Running"), "info", "play"),
        "done": Look(_("Done"), "ok", "check"),
        "failed": Look(_("Failed"), "danger", "x-circle"),
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
    },
}


def register(scale: str, looks: Mapping[str, Look]) -> None:
    """Add a scale, such as a desk's levels; called by `AppConfig.ready()`, and harmless when called again."""
    _scales[scale] = dict(looks)


def scales() -> dict[str, dict[str, Look]]:
    """Every scale by its name, the platform's own first."""
    return {name: dict(looks) for name, looks in _scales.items()}


def badge(text: object, tone: str = "neutral", icon_name: str = "", size: str = "md") -> SafeString:
    """A short fact with a tone; `size` is `md` or `lg`."""
    return format_html(
        '<span class="badge badge-{} badge-{}">{}<span>{}</span></span>', tone, size, icon(icon_name), text
    )


def on_scale(scale: str, value: object, size: str = "md") -> SafeString:
    """The badge of a value; one that the scale does not know is shown as it is, in neutral. Raises `UnknownScale`."""
    if scale not in _scales:
        raise UnknownScale(scale)
    key = str(value)
    look = _scales[scale].get(key.lower(), Look(key.replace("_", " ").capitalize(), "neutral", ""))
    return badge(look.label, look.tone, look.icon, size)
