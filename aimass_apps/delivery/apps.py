from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "aimass_apps.delivery"
    label = "delivery"
