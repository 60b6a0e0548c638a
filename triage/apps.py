from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

import triage
from triage import DESK


class TriageConfig(AppConfig):
    name = "triage"
    label = "triage"
    verbose_name = _("Triage")

    def ready(self) -> None:
        from aimass_apps.inference import model_input
        from aimass_apps.inference.kinds.llm import reader
        from aimass_apps.ml.recipe import named
        from aimass_apps.people import roles
        from aimass_apps.registry import kinds
        from aimass_apps.submissions import desk
        from aimass_apps.web import navigation
        from aimass_apps.web.components import badges
        from triage.desk import TriageDesk
        from triage.llm.claim_check import VisitReader
        from triage.model_input import drop_denials, tell_facts, write_out_note
        from triage.presenters.looks import LOOKS
        from triage.training_names import NAMES

        desk.register(TriageDesk())
        named.register(NAMES)
        kinds.register_below(triage)
        model_input.register("write_out", write_out_note)
        model_input.register("drop_denials", drop_denials)
        model_input.register("tell_facts", tell_facts)
        reader.register(DESK, VisitReader())
        for scale, looks in LOOKS.items():
            badges.register(scale, looks)
        clinician = {"triage.view", "triage.assess", "catalogue.view"}
        roles.grant(roles.Role.CLINICIAN, clinician)
        roles.grant(roles.Role.CLINICAL_LEAD, clinician | {"triage.correct_any", "models.view"})
        roles.grant(roles.Role.ML_ENGINEER, {"catalogue.view"})
        roles.grant(roles.Role.ADMINISTRATOR, {"catalogue.view"})
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
