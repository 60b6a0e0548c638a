"""What the status page shows of the language model: where texts go, whether it answers, how it did in the last hour."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from aimass_apps.inference.kinds.llm.endpoint import answers
from aimass_apps.inference.kinds.llm.failures import why_failed
from aimass_apps.inference.kinds.llm.predictor import endpoint_of_settings
from aimass_apps.registry.kinds import keys_where
from aimass_apps.registry.models import ModelVersion
from aimass_apps.registry.routing import ASKED
from aimass_apps.submissions.models import Prediction

LOOKED_AT, LOOK_EVERY = "language-model-answers", 20  # seconds
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class LanguageModelStatus:
    """`problem` is why the endpoint does not answer, in words; counts are of the last hour."""

    host: str
    local: bool
    problem: str
    versions: list[ModelVersion]
    answered: int
    waiting: int
    failures: list[tuple[str, int]]

    @property
    def facts(self) -> list[tuple[str, object]]:
        """The last hour for people."""
        return [(_("Usable answers"), self.answered), (_("Waiting"), self.waiting), *self.failures]


def is_known() -> bool:
    """Whether there is anything to show: an endpoint, or a version that would ask one."""
    return bool(settings.LLM_URL) or _versions().exists()


def language_model_status() -> LanguageModelStatus:
    """Ask the endpoint (at most every 20 s, without any text) and count the last hour."""
    endpoint = endpoint_of_settings()
    code = cache.get_or_set(LOOKED_AT, lambda: answers(endpoint), LOOK_EVERY)
    rows = Prediction.objects.filter(version__kind__in=_remote(), created_at__gte=Now() - HOUR)
    states = dict(rows.values_list("state").annotate(number=Count("id")))
    failed = rows.filter(state=Prediction.State.FAILED).values_list("error").annotate(number=Count("id"))
    return LanguageModelStatus(
        host=endpoint.host,
        local=endpoint.is_local,
        problem=why_failed(code) if code else "",
        versions=list(_versions()),
        answered=states.get(Prediction.State.DONE, 0),
        waiting=states.get(Prediction.State.WAITING, 0) + states.get(Prediction.State.RUNNING, 0),
        failures=[
            (_("No usable answer: %(why)s") % {"why": why_failed(error)}, number)
            for error, number in failed.order_by("-number", "error")
        ],
    )


def _versions() -> QuerySet[ModelVersion]:
    return ModelVersion.objects.filter(kind__in=_remote(), stage__in=ASKED).defer("card")


def _remote() -> list[str]:
    return keys_where(lambda kind: kind.remote)
