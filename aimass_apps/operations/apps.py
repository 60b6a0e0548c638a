from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "aimass_apps.operations"
    label = "operations"
