"""Why a language model gave no usable answer, in words."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aimass_apps.inference.kinds.llm.claim_check import OUTSIDE

FAILURES = {
    "timeout": gettext_lazy("it did not answer in time"),
    "unreachable": gettext_lazy("its endpoint can't be reached"),
    "too_late": gettext_lazy("it was not asked or did not answer for a quarter of an hour"),
    "lease_expired": gettext_lazy("the worker that asked it stopped"),
    "refused": gettext_lazy("it refused to answer"),
    "cut_off": gettext_lazy("its answer was cut off at the longest length"),
    "too_long": gettext_lazy("its answer was too long to be one"),
    "not_a_completion": gettext_lazy("the endpoint sent something that is no answer"),
    "not_json": gettext_lazy("its answer was not in the form asked for"),
    "wrong_shape": gettext_lazy("its answer was not in the form asked for"),
    OUTSIDE: gettext_lazy("it named only conditions that are not in the catalogue"),
    "unsupported": gettext_lazy("nothing it claimed is supported by words of this text"),
    "not_configured": gettext_lazy("no endpoint is configured"),
    "not_encrypted": gettext_lazy("the endpoint is not encrypted, so nothing was sent"),
    "bad_address": gettext_lazy("the endpoint's address is not valid"),
    "http_401": gettext_lazy("the endpoint did not accept the key"),
    "http_403": gettext_lazy("the endpoint did not accept the key"),
    "http_404": gettext_lazy("the endpoint does not know the model"),
    "http_429": gettext_lazy("the endpoint was too busy"),
    "http_503": gettext_lazy("the endpoint was too busy"),
}


def why_failed(code: str) -> str:
    """A failure's code in words."""
    if code in FAILURES:
        return str(FAILURES[code])
    if code.startswith("http_"):
        return _("the endpoint answered with the error %(number)s") % {"number": code.removeprefix("http_")}
    return _("something failed (%(code)s)") % {"code": code}
