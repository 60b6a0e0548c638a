"""The desk's labels as people read them."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from aimass_apps.inference.predictor import TOXIC_KINDS
from moderation.policy import LABELS

NAMES: dict[str, str | Promise] = {
    "toxic": _("Toxic"),
    "severe_toxic": _("Severely toxic"),
    "obscene": _("Obscene"),
    "threat": _("Threat"),
    "insult": _("Insult"),
    "identity_hate": _("Hate against a group"),
    "sexual": _("Sexual"),
    "self_harm": _("Self-harm"),
    "spam": _("Spam"),
}


def whole(chosen: frozenset[str]) -> dict[str, bool]:
    """Every label of the desk with yes or no, as the next model learns it."""
    yes = chosen | ({"toxic"} if chosen & TOXIC_KINDS else frozenset())
    return {label: label in yes for label in LABELS}
