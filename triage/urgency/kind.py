"""The learned urgency: a linear layer over what other versions answered."""

from django.utils.translation import gettext_lazy as _

from aimass_apps.registry.kinds import Kind

KIND = Kind(
    key="urgency",
    title=_("Learned urgency"),
    predictor="triage.urgency.predictor.UrgencyPredictor",
    settings="triage.urgency.settings.UrgencySettings",
    trainer="triage.urgency.fit.fit_urgency",
    combines=True,
    learns=True,
)
