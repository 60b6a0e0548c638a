"""Coded reasons: why a reviewer let a post stay or removed it."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

APPROVE_REASONS: dict[str, str | Promise] = {
    "harmless": _("Plainly harmless"),
    "counter_speech": _("Objects to abuse or quotes it"),
    "reclaimed": _("Said of oneself or among friends"),
    "information": _("News, education or health"),
    "fiction": _("Fiction, joke or hyperbole"),
    "borderline": _("Rude but within the rules"),
}
REMOVE_REASONS: dict[str, str | Promise] = {
    "rules": _("Against the platform's rules"),
    "law": _("Against the law"),
    "repeated": _("Repeated after a removal"),
}
