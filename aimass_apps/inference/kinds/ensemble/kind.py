"""A calibrated combination of what other versions answered."""

from django.utils.translation import gettext_lazy as _

from aimass_apps.registry.kinds import Kind

KIND = Kind(
    key="ensemble",
    title=_("Ensemble"),
    predictor="aimass_apps.inference.kinds.ensemble.predictor.EnsemblePredictor",
    settings="aimass_apps.ml.recipe.settings.EnsembleSettings",
    trainer="aimass_apps.ml.fit.train_ensemble.train_ensemble",
    combines=True,
    learns=True,
)
