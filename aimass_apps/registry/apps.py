from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "aimass_apps.registry"
    label = "registry"
