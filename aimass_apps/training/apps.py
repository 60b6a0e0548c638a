from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "aimass_apps.training"
    label = "training"
