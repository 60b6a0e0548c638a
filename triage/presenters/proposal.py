"""A stored proposal in words: why this urgency, which rules fired, what each model said, what is missing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from aimass_apps.inference.kinds.ensemble.kind import KIND as ENSEMBLE
from aimass_apps.registry.models import kind_choices
from triage import reassurance
from triage.clinical_text.vitals_in_text import Read
from triage.decide import UNLEARNED
from triage.knowledge.scales import NEWS2
from triage.labels import icd10_of, name_of
from triage.levels import ABOUT
from triage.vitals import RANGES

SHOWN_CONDITIONS = 6
SHOWN_LIKELY = 8  # conditions of the set that stand open; the others unfold
WIDE = 15  # conditions; a larger set narrows nothing down
SEX = {"female": gettext_lazy("Female"), "male": gettext_lazy("Male"), "other": gettext_lazy("Sex not known")}
VITALS = {
    "heart_rate": gettext_lazy("Heart rate"),
    "respiratory_rate": gettext_lazy("Respiration"),
    "systolic": gettext_lazy("Systolic pressure"),
    "diastolic": gettext_lazy("Diastolic pressure"),
    "spo2": gettext_lazy("Oxygen saturation"),
    "oxygen": gettext_lazy("Breathing"),
    "temperature": gettext_lazy("Temperature"),
    "consciousness": gettext_lazy("Consciousness"),
    "glucose": gettext_lazy("Glucose"),
    "pain": gettext_lazy("Pain"),
}
CONSCIOUSNESS = {
    "alert": gettext_lazy("Alert"),
    "confused": gettext_lazy("Newly confused"),
    "voice": gettext_lazy("Responds to voice"),
    "pain": gettext_lazy("Responds to pain"),
    "unresponsive": gettext_lazy("Unresponsive"),
}
CONTRADICTIONS = {
    "age": gettext_lazy("age"),
    "sex": gettext_lazy("sex"),
    "pregnant": gettext_lazy("pregnancy"),
}


@dataclass(frozen=True, slots=True)
class VitalRow:
    """One vital sign as a page shows it; `points` are its part of each score, None where it has none.

    `since` is when it was measured, where that was before this assessment; `told`: read from the text.
    """

    label: object
    value: object
    points: tuple[int | None, ...]
    since: datetime | None = None
    told: bool = False


def age_words(age_years: float | None) -> str:
    """ "54 years", "7 months", "10 days"."""
    if age_years is None:
        return _("Age not known")
    if age_years < 0.25:
        return _("%(count)d days") % {"count": round(age_years * 365.25)}
    if age_years < 3:
        return _("%(count)d months") % {"count": round(age_years * 12)}
    return _("%(count)d years") % {"count": int(age_years)}


def who_words(facts: Mapping[str, Any]) -> str:
    """Age, sex and pregnancy in one line."""
    parts = [age_words(facts.get("age_years")), str(SEX.get(facts.get("sex") or "other", ""))]
    if facts.get("pregnant"):
        parts.append(_("Pregnant"))
    if facts.get("after_birth"):
        parts.append(_("Gave birth within 6 weeks"))
    return " · ".join(parts)


def vital_rows(
    vitals: Mapping[str, Any],
    scores: Sequence[Mapping[str, Any]],
    older: Mapping[str, datetime],
    told: Sequence[Read] = (),
) -> list[VitalRow]:
    """What was measured or `told` in the text, in the order of the form, with its points and, if older, its time."""
    read = {each.name: each.value for each in told if vitals.get(each.name) is None}
    known = {name: value for name, value in {**read, **vitals}.items() if value is not None}
    return [
        VitalRow(label, value_words(name, known[name]), _points(scores, name), older.get(name), name in read)
        for name, label in VITALS.items()
        if name in known
    ]


def _points(scores: Sequence[Mapping[str, Any]], name: str) -> tuple[int | None, ...]:
    return tuple(each["points"].get(name) for each in scores)


def value_words(name: str, value: Any) -> object:
    """A vital sign with its unit, or in words."""
    if name == "oxygen":
        return _("Supplemental oxygen") if value else _("Room air")
    if name == "consciousness":
        return CONSCIOUSNESS.get(value, value)
    return f"{value:g} {RANGES[name][2]}"


def score_rows(outcome: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The scores that are for this patient, each with what was `missing` in words."""
    scores = outcome["scores"] if "scores" in outcome else _news2_alone(outcome)
    return [{**each, "missing": missing_words(each["missing"])} for each in scores]


def _news2_alone(outcome: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The same of an outcome that was stored when NEWS2 was the only score."""
    score, missing = outcome.get("news2"), outcome.get("news2_missing", ())
    if not score and not missing:
        return []
    about = {"scale": NEWS2.id, "name": NEWS2.name, "most": NEWS2.most, "source": NEWS2.source, "missing": missing}
    return [{"total": 0, "points": {}, **about, **(score or {})}]


def missing_words(names: Sequence[str]) -> str:
    """Vital signs that were not measured, in words."""
    return ", ".join(str(VITALS.get(name, name)) for name in names)


def contradiction_words(outcome: Mapping[str, Any]) -> str:
    return ", ".join(str(CONTRADICTIONS.get(name, name)) for name in outcome.get("contradictions", ()))


def flag_rows(outcome: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rules that fired, numbered: name in the reader's language, level, source."""
    chinese = (get_language() or "").startswith("zh")
    return [
        {**flag, "number": number, "shown": flag["name_zh"] if chinese and flag.get("name_zh") else flag["name"]}
        for number, flag in enumerate(outcome.get("red_flags", ()), start=1)
    ]


def marks(outcome: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The words that made rules fire, for highlighting in the text under the number of the rule."""
    return [
        {
            "start": start,
            "end": end,
            "label": str(flag["number"]),
            "rule": flag["shown"],
            "weight": ABOUT[flag["level"]].weight,
        }
        for flag in flag_rows(outcome)
        for start, end in flag["spans"]
    ]


def answered(outcome: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The models that answered, each with its kind's name."""
    return [model for model in _named(outcome.get("models", ())) if model["state"] == "done"]


def unanswered(outcome: Mapping[str, Any]) -> list[str]:
    """One plain sentence for each model that gave no answer, or that there is none."""
    models = outcome.get("models", ())
    if not models:
        return [_("No model is live for this language: the proposal rests on the safety rules alone.")]
    words = {
        "failed": _("The %(model)s model failed on this text: its answer is missing."),
        "late": _("The %(model)s model had not answered yet when the proposal was made."),
    }
    sentences = [words[each["state"]] % {"model": each["shown"]} for each in _named(models) if each["state"] in words]
    if any(model["kind"] == ENSEMBLE.key and model["state"] == "failed" for model in models):
        sentences[0] = _(
            "The ensemble could not be used: every model counts the same, and no short list of conditions is given."
        )
    if any(reason["code"] == UNLEARNED for reason in outcome.get("reasons", ())):
        sentences.append(_("The learned urgency could not be used: the urgency is the mean of what the models say."))
    return sentences


def _named(models: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The models with a name each: their kind, and the language where there are several of one kind."""
    kinds = Counter(model["kind"] for model in models)
    named = []
    for model in models:
        shown = dict(kind_choices()).get(model["kind"], model["kind"])
        language = model.get("language", "") if kinds[model["kind"]] > 1 else ""
        named.append({**model, "shown": f"{shown} ({language})" if language else shown})
    return named


def condition_rows(outcome: Mapping[str, Any]) -> list[tuple[str, list[float | None], str]]:
    """Rows for the table of conditions: name, each model's probability, ICD-10 code; the likeliest first."""
    models = answered(outcome)
    ranked = [row["condition"] for row in outcome.get("differential", ())][:SHOWN_CONDITIONS]
    return [
        (name_of(condition), [model["top"].get(condition) for model in models], icd10_of(condition))
        for condition in ranked
    ]


def _listed(names: Sequence[str]) -> str:
    # A line ends with the dot and never begins with it.
    return "\u00a0· ".join(names)


def likely_set(outcome: Mapping[str, Any]) -> dict[str, Any]:
    """The prediction set in words: its conditions, how often such sets held the right one; empty where there is none.

    Nothing is said of a text that the models do not know: the promise is not for it.
    """
    found = outcome.get("likely")
    if not found or outcome.get("outside_known"):
        return {}
    names = [name_of(condition) for condition in found["conditions"]]
    elsewhere = found.get("elsewhere")
    return {
        "names": names,
        "first": _listed(names[:SHOWN_LIKELY]),
        "further": _listed(names[SHOWN_LIKELY:]),
        "more": max(0, len(names) - SHOWN_LIKELY),
        "wide": len(names) > WIDE,
        "aim": round(100 * found["aim"]),
        "coverage": round(100 * found["coverage"]),
        "cases": found["cases"],
        "real": found["confirmed"],
        "elsewhere": {**elsewhere, "coverage": round(100 * elsewhere["coverage"])} if elsewhere else None,
    }


REASONS = {
    "models": gettext_lazy("All models combined: this urgency, or a higher one, is likely enough"),
    "no_models": gettext_lazy("No model answered: without one, never lower than this"),
    "outside_known": gettext_lazy("Outside what the models know: never lower than this"),
    "held": gettext_lazy("The assessment before: holds until someone gives a reason for a lower urgency"),
    reassurance.UNREAD: gettext_lazy("Dangerous words that were not understood: never lower than this"),
    reassurance.VITALS_MISSING: gettext_lazy("Not measured"),
    reassurance.VITALS_ABNORMAL: gettext_lazy("Out of range"),
    reassurance.NOT_RULED_OUT: gettext_lazy("Likely enough that it must be ruled out first"),
    "unmeasured": gettext_lazy("No ensemble is live to say whether the models know such texts: never lower than this"),
}


def reason_rows(outcome: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Reasons with a level beside the rules that fired, which are shown by themselves."""
    rows = []
    for reason in outcome.get("reasons", ()):
        words = REASONS.get(reason["code"])
        if words is None:
            continue
        about = _about(reason)
        rows.append({"level": reason["level"], "text": f"{words} ({about})" if about else str(words)})
    return rows


def _about(reason: Mapping[str, Any]) -> str:
    """What a reason is about, in words."""
    if reason["code"] in {"models", reassurance.NOT_RULED_OUT}:
        return name_of(reason["detail"]) if reason["detail"] else ""
    if reason["code"] in {reassurance.VITALS_MISSING, reassurance.VITALS_ABNORMAL}:
        return missing_words(reason["detail"].split(", "))
    return ""
