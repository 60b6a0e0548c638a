from django.apps import AppConfig


class SubmissionsConfig(AppConfig):
    name = "aimass_apps.submissions"
    label = "submissions"

    def ready(self) -> None:
        from aimass_apps.submissions import sweeps

        sweeps.register()
