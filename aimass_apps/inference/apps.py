from importlib import import_module
from pkgutil import iter_modules

from django.apps import AppConfig


class InferenceConfig(AppConfig):
    name = "aimass_apps.inference"
    label = "inference"

    def ready(self) -> None:
        from aimass_apps.inference import kinds as folders
        from aimass_apps.registry import kinds

        # Each folder of `kinds` says in its kind.py what it is: a new one needs no entry here.
        kinds.register(
            *(import_module(f"{folders.__name__}.{each.name}.kind").KIND for each in iter_modules(folders.__path__))
        )
