"""How the desk's decisions are shown as badges; the app registers each scale with the platform's pages."""

from collections.abc import Mapping

from aimass_apps.web.components.badges import Look
from moderation.actions import ACTIONS


def looks() -> Mapping[str, Mapping[str, Look]]:
    return {"decision": {each.outcome: each.badge for each in ACTIONS}}
