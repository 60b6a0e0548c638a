from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TriageConfig(AppConfig):
    name = "triage"
    label = "triage"

    def ready(self) -> None:
        from aimass_apps.inference.kinds.llm import reader
        from aimass_apps.submissions import desk
        from aimass_apps.web import navigation
        from triage import intake, queries
        from triage.llm.claim_check import VisitReader
        from triage.metrics import label_space, metrics

        reader.register("triage", VisitReader())
        desk.register(
            "triage",
            desk.Room(settle=intake.settle, examples=queries.examples, metrics=metrics, label_space=label_space),
        )
        navigation.register(
            navigation.Entry(
                "triage:visits", _("Visits"), icon="stethoscope", permission="triage.view", order=11, key="g v"
            ),
            navigation.Entry(
                "triage:new_visit", _("New visit"), icon="plus", permission="triage.assess", order=12, key="g n"
            ),
            navigation.Entry(
                "triage:conditions", _("Catalogue"), icon="book", permission="catalogue.view", order=45, key="g k"
            ),
        )
