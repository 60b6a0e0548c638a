from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebConfig(AppConfig):
    name = "aimass_apps.web"
    label = "web"

    def ready(self) -> None:
        from aimass_apps.web import navigation

        navigation.register(
            navigation.Entry("gallery", _("Components"), icon="layout", permission="system.view", order=95, key="g c")
        )
