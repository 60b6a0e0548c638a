from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ModerationConfig(AppConfig):
    name = "moderation"
    label = "moderation"
    verbose_name = _("Moderation")

    def ready(self) -> None:
        import moderation
        from aimass_apps.inference.kinds.keywords import desk_labels
        from aimass_apps.ml.recipe import named
        from aimass_apps.people import roles
        from aimass_apps.registry import kinds
        from aimass_apps.submissions import desk
        from aimass_apps.web import navigation
        from aimass_apps.web.components import badges
        from moderation import DESK, labels, sweeps
        from moderation.desk import ModerationDesk
        from moderation.presenters.looks import looks
        from moderation.training_names import NAMES

        sweeps.register()
        desk.register(ModerationDesk())
        named.register(NAMES)
        kinds.register_below(moderation)
        implies = {group: labels.kinds_of(group) for group in labels.GROUPS.values()}
        desk_labels.register(DESK, desk_labels.DeskLabels(implies, labels.CATEGORIES, otherwise="obscene"))
        for scale, values in looks().items():
            badges.register(scale, values)
        moderator = {"moderation.view", "moderation.review"}
        senior = moderator | {"moderation.reverse", "moderation.release", "models.view", "automatic.view"}
        roles.grant(roles.Role.MODERATOR, moderator)
        roles.grant(roles.Role.SENIOR_MODERATOR, senior)
        roles.grant(roles.Role.ML_ENGINEER, {"automatic.view"})
        roles.grant(roles.Role.ADMINISTRATOR, {"automatic.view"})
        navigation.register(
            navigation.Entry(
                "moderation:queue", _("Queue"), icon="inbox", permission="moderation.view", order=10, key="g q"
            ),
            navigation.Entry(
                "moderation:history", _("Decided"), icon="history", permission="moderation.view", order=11, key="g h"
            ),
            navigation.Entry(
                "moderation:automatic", _("Automatic"), icon="scale", permission="automatic.view", order=42, key="g a"
            ),
        )
