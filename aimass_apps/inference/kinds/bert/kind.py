"""Encoders with one linear head."""

from django.utils.translation import gettext_lazy as _

from aimass_apps.registry.kinds import Kind

KIND = Kind(
    key="bert",
    title=_("BERT"),
    predictor="aimass_apps.inference.kinds.bert.predictor.BertPredictor",
    settings="aimass_apps.ml.recipe.settings.BertSettings",
    fitter="aimass_apps.ml.fit.artefacts.fit_bert_version",
    learns=True,
    continues=True,
)
