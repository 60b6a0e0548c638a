"""Linear SVMs over words, characters and pairs of words."""

from django.utils.translation import gettext_lazy as _

from aimass_apps.registry.kinds import Kind

KIND = Kind(
    key="svm",
    title=_("SVM"),
    predictor="aimass_apps.inference.kinds.svm.predictor.SvmPredictor",
    settings="aimass_apps.ml.recipe.settings.SvmSettings",
    fitter="aimass_apps.ml.fit.artefacts.fit_svm_version",
    learns=True,
    keeps_terms=True,
)
