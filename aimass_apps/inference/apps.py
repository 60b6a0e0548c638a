from django.apps import AppConfig


class InferenceConfig(AppConfig):
    name = "aimass_apps.inference"
    label = "inference"
