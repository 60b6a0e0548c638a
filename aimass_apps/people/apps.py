from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "aimass_apps.people"
    label = "people"
