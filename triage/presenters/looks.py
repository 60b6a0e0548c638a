"""How the desk's levels and states are shown as badges; the app registers each scale with the platform's pages."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from aimass_apps.web.components.badges import GRADES, Look
from triage.levels import ABOUT

LOOKS: Mapping[str, Mapping[str, Look]] = {
    "urgency": {
        level: Look(_(about.badge), grade, about.icon)
        for (level, about), grade in zip(ABOUT.items(), GRADES, strict=True)
    },
    "assessment": {
        "scoring": Look(_("Being scored"), "info", "loader"),
        "ready": Look(_("To be judged"), "info", "inbox"),
        "deferred": Look(_("Deferred"), "neutral", "clock"),
        "closed": Look(_("Decided"), "ok", "check"),
    },
    "judgement": {
        "confirm": Look(_("Confirmed"), "ok", "check-circle"),
        "override": Look(_("Overridden"), "warn", "edit"),
        "defer": Look(_("Deferred"), "neutral", "clock"),
        "lower": Look(_("Lowered"), "warn", "arrow-down"),
        "withdraw": Look(_("Taken back"), "neutral", "undo"),
    },
}
