from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "aimass_apps.web"
    label = "web"
