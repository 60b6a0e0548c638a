from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TrainingConfig(AppConfig):
    name = "aimass_apps.training"
    label = "training"

    def ready(self) -> None:
        from aimass_apps.web import navigation

        navigation.register(
            navigation.Entry("models:list", _("Models"), icon="brain", permission="models.view", order=40, key="g m"),
        )
