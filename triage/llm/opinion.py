"""What the language model said about a visit, in words: shown beside the proposal, which does not use it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy, ngettext

from aimass_apps.inference.kinds.llm.claim_check import NO_QUOTE, NOT_IN_TEXT, OUTSIDE, QUOTED
from aimass_apps.inference.kinds.llm.failures import why_failed
from aimass_apps.inference.kinds.llm.kind import KIND as LLM
from aimass_apps.inference.kinds.llm.predictor import endpoint_of_settings
from aimass_apps.registry.models import ModelVersion, Stage
from aimass_apps.registry.routing import ASKED
from aimass_apps.submissions.models import Prediction, Submission
from triage import DESK
from triage.labels import icd10_of, name_of
from triage.levels import LEVELS
from triage.metrics import URGENCY

WAITING, ANSWERED, FAILED = "waiting", "answered", "failed"
LONGEST_QUOTE = 80  # characters on the page

DROPPED = {
    NOT_IN_TEXT: gettext_lazy("words that are not in the text"),
    NO_QUOTE: gettext_lazy("no words given"),
    OUTSIDE: gettext_lazy("not in the catalogue"),
    "absent": gettext_lazy("words that the text denies"),
    "family": gettext_lazy("words about a relative"),
    "uncertain": gettext_lazy("something only feared or possible"),
    "past": gettext_lazy("something that is over"),
    "no_finding": gettext_lazy("words that name no finding"),
    "instruction": gettext_lazy("words that read like an instruction to a machine"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """One claim that holds: a condition or a level, its probability, and the words it rests on."""

    name: str
    icd10: str
    probability: float
    quotes: list[str]


@dataclass(frozen=True, slots=True)
class Opinion:
    """One language model's part on the page of a visit. `why` says why there is no usable answer."""

    model: str
    state: str
    why: str = ""
    conditions: list[Said] = field(default_factory=list)
    level: str = ""
    level_quotes: list[str] = field(default_factory=list)
    asks_for_more: bool = False  # a more urgent level than the proposal's
    dropped_words: str = ""
    column: Mapping[str, Any] | None = None  # as a model of an outcome, for the comparison


def opinions(submission: Submission, level: str) -> list[Opinion]:
    """Every language model that was asked and is no shadow; `level` is the visit's urgency."""
    asked = (
        submission.predictions.filter(version__kind=LLM.key)
        .exclude(version__stage=Stage.SHADOW)
        .select_related("version")
        .order_by("id")
    )
    return [_opinion(prediction, submission.content, level) for prediction in asked]


def destination() -> dict[str, Any]:
    """Where visits go for a language model: `host`, whether that is this machine, and the models that are asked."""
    if not settings.LLM_URL:
        return {}
    asked = ModelVersion.objects.filter(desk=DESK, kind=LLM.key, stage__in=ASKED).only("manifest", "name")
    models = [_model_name(version) for version in asked]
    if not models:
        return {}
    endpoint = endpoint_of_settings()
    return {"host": endpoint.host, "local": endpoint.is_local, "models": models}


def with_columns(outcome: Mapping[str, Any], said: list[Opinion]) -> dict[str, Any]:
    """The outcome as the table of comparison takes it: with a column for each language model that answered."""
    columns = [opinion.column for opinion in said if opinion.column is not None]
    return {**outcome, "models": [*outcome.get("models", ()), *columns]}


def record(submission: Submission) -> dict[str, Any]:
    """What each language model had said when somebody judged, for the review."""
    return {
        str(each.version_id): {"state": each.state, "top": _conditions(each)}
        for each in submission.predictions.filter(version__kind=LLM.key).exclude(version__stage=Stage.SHADOW)
    }


def _opinion(prediction: Prediction, text: str, level: str) -> Opinion:
    model = _model_name(prediction.version)
    if prediction.state in (Prediction.State.WAITING, Prediction.State.RUNNING):
        return Opinion(model, WAITING)
    if prediction.state == Prediction.State.FAILED:
        return Opinion(model, FAILED, why=why_failed(prediction.error), dropped_words=_dropped(prediction))
    quotes = _quotes(prediction, text)
    own_level = next((each for each in LEVELS if f"{URGENCY}{each}" in (prediction.scores or {})), "")
    conditions = _conditions(prediction)
    return Opinion(
        model,
        ANSWERED,
        conditions=[
            Said(name_of(label), icd10_of(label), value, quotes.get(label, [])) for label, value in conditions.items()
        ],
        level=own_level,
        level_quotes=quotes.get(f"{URGENCY}{own_level}", []),
        asks_for_more=bool(own_level and level and LEVELS.index(own_level) < LEVELS.index(level)),
        dropped_words=_dropped(prediction),
        column={"kind": LLM.key, "state": "done", "top": conditions},
    )


def _model_name(version: ModelVersion) -> str:
    return str(version.manifest.get("base") or version.name)


def _conditions(prediction: Prediction) -> dict[str, float]:
    """Conditions with their probabilities, the likeliest first."""
    scores = [(label, value) for label, value in (prediction.scores or {}).items() if not label.startswith(URGENCY)]
    return dict(sorted(scores, key=lambda item: -item[1]))


def _quotes(prediction: Prediction, text: str) -> dict[str, list[str]]:
    """The words of the text that each claim rests on: cut from the text itself, never the model's own."""
    found: dict[str, list[str]] = {}
    for start, end, label, rule, _weight in prediction.spans:
        words = text[start:end]
        shown = words if len(words) <= LONGEST_QUOTE else f"{words[:LONGEST_QUOTE]} …"
        if rule == QUOTED and shown not in found.setdefault(label, []):
            found[label].append(shown)
    return found


def _dropped(prediction: Prediction) -> str:
    """How many of its quotes did not count, and why; "" for none."""
    rules = Counter(rule for _start, _end, _label, rule, _weight in prediction.spans if rule != QUOTED)
    number = rules.total()
    if not number:
        return ""
    reasons = ", ".join(f"{DROPPED.get(rule, rule)} ({count})" for rule, count in rules.most_common())
    sentence = ngettext(
        "%(number)d quote did not count: %(reasons)s.", "%(number)d quotes did not count: %(reasons)s.", number
    )
    return sentence % {"number": number, "reasons": reasons}
