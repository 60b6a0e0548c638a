"""Naive Bayes over the catalogue's coded findings."""

from django.utils.translation import gettext_lazy as _

from aimass_apps.registry.kinds import Kind

KIND = Kind(
    key="bayes",
    title=_("Naive Bayes"),
    predictor="triage.bayes.predictor.BayesPredictor",
    settings="triage.bayes.settings.BayesSettings",
    fitter="triage.bayes.fit.fit_bayes",
)
