from django.apps import AppConfig


class InferenceConfig(AppConfig):
    name = "aimass_apps.inference"
    label = "inference"

    def ready(self) -> None:
        from aimass_apps.inference import kinds as folders
        from aimass_apps.registry import kinds

        kinds.register_below(folders)
