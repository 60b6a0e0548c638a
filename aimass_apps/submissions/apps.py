from django.apps import AppConfig


class SubmissionsConfig(AppConfig):
    name = "aimass_apps.submissions"
    label = "submissions"
