from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OperationsConfig(AppConfig):
    name = "aimass_apps.operations"
    label = "operations"

    def ready(self) -> None:
        from aimass_apps.operations import sweeps
        from aimass_apps.web import navigation

        sweeps.register()
        navigation.register(
            navigation.Entry("status", _("Status"), icon="server", permission="system.view", order=80, key="g s")
        )
