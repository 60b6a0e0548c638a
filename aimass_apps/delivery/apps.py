from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeliveryConfig(AppConfig):
    name = "aimass_apps.delivery"
    label = "delivery"

    def ready(self) -> None:
        from aimass_apps.delivery import sweeps
        from aimass_apps.web import navigation

        sweeps.register()
        navigation.register(
            navigation.Entry(
                "delivery:deliveries", _("Deliveries"), icon="send", permission="deliveries.view", order=62, key="g d"
            ),
        )
