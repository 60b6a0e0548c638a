from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "aimass_apps.people"
    label = "people"

    def ready(self) -> None:
        from aimass_apps.web import navigation

        navigation.register(
            navigation.Entry(
                "people:platforms", _("Platforms"), icon="plug", permission="platforms.manage", order=60, key="g p"
            ),
            navigation.Entry(
                "people:people", _("People"), icon="users", permission="people.manage", order=61, key="g u"
            ),
        )
