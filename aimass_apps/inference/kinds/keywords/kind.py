"""Word lists: they show why, and catch the blatant."""

from django.utils.translation import gettext_lazy as _

from aimass_apps.registry.kinds import Kind

KIND = Kind(
    key="keywords",
    title=_("Keyword lists"),
    predictor="aimass_apps.inference.kinds.keywords.predictor.KeywordPredictor",
    settings="aimass_apps.ml.recipe.settings.KeywordsSettings",
    trainer="aimass_apps.ml.fit.word_lists.seal_word_list",
)
