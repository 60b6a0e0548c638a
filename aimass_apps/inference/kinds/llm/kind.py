"""A large language model behind an endpoint."""

from django.utils.translation import gettext_lazy as _

from aimass_apps.registry.kinds import Kind

KIND = Kind(
    key="llm",
    title=_("Large language model"),
    predictor="aimass_apps.inference.kinds.llm.predictor.LlmPredictor",
    remote=True,
)
