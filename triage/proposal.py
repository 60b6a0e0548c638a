"""From a submission with its predictions to what is stored of the desk's proposal: the rules of `decide`, as JSON.

Two parts leave here. `outcome` is sealed: it holds what tells of the person. `codes` and `outcome["shown"]` are
stored in plain beside reviews and decisions, and name rules, conditions and versions only.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from aimass_apps.inference.kinds.ensemble.predictor import Ensemble
from aimass_apps.registry.models import ModelVersion
from aimass_apps.submissions.models import Prediction, Submission
from triage.decide import ENSEMBLE, MODEL_BROKEN, MODEL_MISSING, Outcome, Policy, Reason, Source, decide, load_policy
from triage.knowledge.corrections import read_corrections
from triage.knowledge.floor import Facts, Floor, Scored, safety_floor
from triage.knowledge.load import usual_urgencies
from triage.levels import level_of
from triage.live_combiners import LiveCombiner
from triage.urgency.predictor import KIND as LAYER
from triage.urgency.predictor import UrgencyLayer
from triage.vitals import Vitals

SHOWN = 3  # conditions of each model that a review keeps
KEPT = 25  # conditions of each model that the outcome keeps
DONE, FAILED, LATE = "done", "failed", "late"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is written to the assessment, and the coded reasons for its decision."""

    urgency: str
    policy_version: str
    outcome: dict[str, Any]
    codes: list[dict[str, str]]


@cache
def current_policy() -> Policy:
    """The policy in force: the shipped default file."""
    return load_policy()


def warm_up() -> None:
    """Read catalogue, rules and policy now: about a second that the first visit should not wait for."""
    current_policy()
    usual_urgencies()
    safety_floor("", Facts())


def facts_of(submission: Submission) -> Facts:
    """The submission's facts as the safety floor takes them."""
    given: Mapping[str, Any] = submission.sealed_facts or {}
    return Facts(
        age_years=given.get("age_years"),
        sex=given.get("sex"),
        pregnant=given.get("pregnant"),
        after_birth=bool(given.get("after_birth")),
        vitals=Vitals.from_mapping(given.get("vitals") or {}),
        corrections=read_corrections(given.get("corrections")),
    )


def propose(
    submission: Submission,
    *,
    ensemble: LiveCombiner[Ensemble] | None = None,
    layer: LiveCombiner[UrgencyLayer] | None = None,
    late: bool = False,
    held: str = "",
) -> Proposal:
    """Apply the policy to the decisive answers; one that is not there yet counts as missing, and is named.

    `ensemble` is the version that combines them, `layer` the learned urgency. `late` says that somebody did not
    wait for the models. `held` is the urgency that stands from the assessment before.
    """
    floor = safety_floor(submission.content, facts_of(submission))
    decisive = [prediction for prediction in submission.predictions.all() if prediction.decisive]
    answers: dict[Source, Mapping[str, float] | None] = {
        _source(prediction.version): prediction.scores
        for prediction in decisive
        if prediction.state in (Prediction.State.DONE, Prediction.State.FAILED)
    }
    made = decide(
        answers,
        floor,
        current_policy(),
        usual_urgencies(),
        ensemble.opened if ensemble else None,
        layer.opened if layer else None,
        level_of(held),
    )
    ranked = {candidate.condition for candidate in made.differential}
    models = [*_combined(ensemble, made), *(_model(prediction, ranked) for prediction in decisive)]
    outcome = {**_floor_parts(floor), **_decided_parts(made), "models": models, "late": late}
    outcome["layer"] = _layer(layer, made)
    outcome["likely"] = _likely(ensemble, made)
    outcome["shown"] = _shown(outcome)
    return Proposal(
        urgency=made.urgency,
        policy_version=made.policy_version,
        outcome=outcome,
        codes=[
            {"code": reason.code, "level": reason.level or "", "detail": reason.detail}
            for reason in (*made.reasons, *_about(ENSEMBLE, ensemble), *_about(LAYER, layer))
        ],
    )


def _source(version: ModelVersion) -> Source:
    return Source(str(version), version.kind, version.language)


def _about(kind: str, combining: LiveCombiner[Any] | None) -> tuple[Reason, ...]:
    if combining is None:
        return (Reason(MODEL_MISSING, None, kind),)
    return () if combining.opened else (Reason(MODEL_BROKEN, None, kind),)


def _layer(layer: LiveCombiner[UrgencyLayer] | None, made: Outcome) -> dict[str, Any] | None:
    """Which learned urgency was in force and what it said of each level; None without one."""
    if layer is None:
        return None
    levels = {level: round(share, 5) for level, share in made.fitted.items()}
    state = DONE if levels else FAILED
    return {"version": layer.version.pk, "name": str(layer.version), "state": state, "levels": levels}


def _combined(ensemble: LiveCombiner[Ensemble] | None, made: Outcome) -> list[dict[str, Any]]:
    """The ensemble's answer as the models' stand: whose answers it rests on, what it ranks. No row without one."""
    if ensemble is None:
        return []
    held = made.combined if ensemble.opened and made.combined and made.combined.known is not None else None
    top = list(held.scores.items())[:KEPT] if held else []
    return [
        {
            "version": ensemble.version.pk,
            "name": str(ensemble.version),
            "kind": ENSEMBLE,
            "language": ensemble.version.language,
            "state": DONE if held else FAILED,
            "members": list(held.members) if held else [],
            "top": {label: round(value, 5) for label, value in top},
        }
    ]


def _likely(ensemble: LiveCombiner[Ensemble] | None, made: Outcome) -> dict[str, Any] | None:
    """The prediction set with what was measured of such sets; None where no fitted rule made one."""
    if ensemble is None or ensemble.opened is None or made.combined is None or not made.combined.likely:
        return None
    measured = ensemble.opened.measured
    return {
        "conditions": list(made.combined.likely),
        "aim": measured["aim"],
        "coverage": measured["coverage"],
        "cases": measured["cases"],
        "confirmed": measured["confirmed"],
        "elsewhere": measured.get("elsewhere"),
    }


def preview(submission: Submission) -> dict[str, Any]:
    """What the safety rules say while the models are still at work: the same parts, without any model's."""
    return _floor_parts(safety_floor(submission.content, facts_of(submission)))


def _floor_parts(floor: Floor) -> dict[str, Any]:
    return {
        "floor": floor.level,
        "red_flags": [
            {
                "rule": flag.rule,
                "level": flag.level,
                "name": flag.name,
                "name_zh": flag.name_zh,
                "spans": [list(span) for span in flag.spans],
                "source": flag.source,
            }
            for flag in floor.fired
        ],
        "scores": [_score(each) for each in floor.scores],
        "contradictions": list(floor.contradictions),
    }


def _score(scored: Scored) -> dict[str, Any]:
    scale, score = scored
    return {
        "scale": scale.id,
        "name": scale.name,
        "most": scale.most,
        "source": scale.source,
        "total": score.total,
        "points": dict(score.points),
        "missing": list(score.missing),
    }


def _decided_parts(made: Outcome) -> dict[str, Any]:
    ranked = [{"condition": each.condition, "probability": each.probability} for each in made.differential]
    return {
        "urgency": made.urgency,
        "alone": made.alone,
        "model_urgency": made.model_urgency,
        "levels": dict(made.levels),
        "policy": made.policy_version,
        "reasons": [{"code": reason.code, "level": reason.level, "detail": reason.detail} for reason in made.reasons],
        "differential": ranked,
        "outside_known": made.outside_known,
        # What confirming records: no condition where the models don't know the text.
        "condition": ranked[0]["condition"] if ranked and not made.outside_known else None,
    }


def _model(prediction: Prediction, ranked: Collection[str]) -> dict[str, Any]:
    states = {Prediction.State.DONE: DONE, Prediction.State.FAILED: FAILED}
    scores = {label: value for label, value in (prediction.scores or {}).items() if ":" not in label}
    first = sorted(scores.items(), key=lambda item: -item[1])
    # What the desk ranks is kept for every model: a low probability is an answer, too.
    top = [item for place, item in enumerate(first) if place < KEPT or item[0] in ranked]
    return {
        "version": prediction.version_id,
        "name": str(prediction.version),
        "kind": prediction.version.kind,
        "language": prediction.version.language,
        "state": states.get(Prediction.State(prediction.state), LATE),
        "top": {label: round(value, 5) for label, value in top},
    }


def _shown(outcome: Mapping[str, Any]) -> dict[str, Any]:
    """What the clinician sees, for the record: which rules, which urgency, what each version said (CPS.3.8)."""
    layer = outcome["layer"]
    return {
        "urgency": outcome["urgency"],
        "condition": outcome["condition"],
        "policy": outcome["policy"],
        "red_flags": [flag["rule"] for flag in outcome["red_flags"]],
        "outside_known": outcome["outside_known"],
        "versions": {
            str(model["version"]): {"state": model["state"], "top": dict(list(model["top"].items())[:SHOWN])}
            for model in outcome["models"]
        }
        | ({str(layer["version"]): {"state": layer["state"], "top": layer["levels"]}} if layer else {}),
    }
