"""What the triage desk proposes, from what the models said, the safety floor and a policy. Plain Python, no Django.

The differential is the live ensemble's: one calibrated answer from those of the models. Urgency levels are ordinal and
never averaged: the models give each level a probability, and the most urgent level is taken that reaches the policy's
share together with all worse ones. The safety floor may raise that, never lower it. A model that is missing or broken
is named among the reasons and a person sees it.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from aimass_apps.inference.kinds.ensemble.predictor import Combined, Ensemble, even_pool
from triage.knowledge.fitting import fitting
from triage.knowledge.floor import Fired, Floor
from triage.levels import LEVELS, Level, worst
from triage.policy import DEFAULT, Policy, UnusablePolicy, load_policy, read_policy
from triage.reassurance import doubts
from triage.urgency.predictor import UrgencyLayer
from triage.urgency.shares import Shares, conditions_of, derived_levels, level_parts, normalised

__all__ = [
    "DEFAULT", "EMERGENCY", "NON_EMERGENCY", "SELF_CARE", "Candidate", "Outcome", "Policy", "Reason", "Source",
    "UnusablePolicy",
    "decide", "load_policy", "read_policy", "three_levels",
]  # fmt: skip

EMERGENCY, NON_EMERGENCY, SELF_CARE = "emergency", "non_emergency", "self_care"
ThreeLevels = Literal["emergency", "non_emergency", "self_care"]

# Reason codes; the words for people are in the templates.
MODELS, FLOOR, MODEL_MISSING, MODEL_BROKEN = "models", "floor", "model_missing", "model_broken"
NO_MODELS, OUTSIDE_KNOWN, UNMEASURED, CONTRADICTION = (
    "no_models",
    "outside_known",
    "unmeasured",
    "contradiction",
)
INCOMPLETE: Final = "_incomplete"  # after a scale's id
HELD: Final = "held"
ENSEMBLE: Final = "ensemble"
UNLEARNED: Final = "unlearned"


class Source(NamedTuple):
    """Who answered: a version by its name, and the place it holds, a kind in a language.

    Versions of one kind may answer side by side, one for any language and one for the text's own: each is heard.
    """

    version: str
    kind: str
    language: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the urgency is what it is: a code, the level it asks for (if any) and what it is about.

    `models` detail: the leading condition; `floor`: the rule; `model_missing`: the kind; `model_broken`: the version;
    `unmeasured`: no ensemble says whether the models know such a text; `unlearned`: no learned urgency had its share;
    `news2_incomplete` (or another scale's): the parameters; `contradiction`: the fact; `held`: the lower urgency.
    """

    code: str
    level: Level | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A condition of the differential with its pooled probability."""

    condition: str
    probability: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """A proposal for one visit; `by_model` holds each version's own ranking, best first.

    `model_urgency` is what the models alone would say, None without a usable one. `levels` holds their mean
    probability of each level. `combined` is the ensemble's answer, or an even pool where none is live; None without
    a usable model. `fitted` is the learned urgency's answer, empty without one. `alone` is what this visit by itself
    would be given, where the urgency that stood before is higher.
    """

    urgency: Level
    reasons: tuple[Reason, ...]
    red_flags: tuple[Fired, ...]
    differential: tuple[Candidate, ...]
    by_model: Mapping[str, tuple[Candidate, ...]]
    outside_known: bool
    model_urgency: Level | None
    levels: Mapping[Level, float]
    policy_version: str
    combined: Combined | None = None
    fitted: Mapping[Level, float] = field(default_factory=dict)
    alone: Level | None = None

    @property
    def three_levels(self) -> ThreeLevels:
        """The urgency on three levels."""
        return three_levels(self.urgency, raised_by_floor=bool(self.red_flags))


def three_levels(urgency: Level, *, raised_by_floor: bool) -> ThreeLevels:
    """Written mapping to three levels.

    Emergency: immediate and very urgent, and urgent where the safety floor fired. Non-emergency: the other urgent
    and soon. Self-care: self-care.
    """
    if urgency in ("immediate", "very_urgent") or (urgency == "urgent" and raised_by_floor):
        return "emergency"
    return "self_care" if urgency == "self_care" else "non_emergency"


def decide(
    answers: Mapping[Source, Mapping[str, float] | None],
    floor: Floor,
    policy: Policy,
    condition_urgency: Mapping[str, Level] | None = None,
    ensemble: Ensemble | None = None,
    layer: UrgencyLayer | None = None,
    held: Level | None = None,
) -> Outcome:
    """Propose urgency and differential.

    `answers` maps each version that was asked to {condition: probability} with `urgency:<level>` scores beside, or to
    None where it failed. `condition_urgency` gives each condition's usual urgency (from the catalogue); a condition
    without one counts as "soon". Without an `ensemble`, or where none of its members answered, every model counts the
    same, and as nobody measured whether such texts are known, the urgency is at least that of an unknown one. `layer`
    is the learned urgency; without one, or where it has nothing to say, the mean of the models decides, and the reasons
    say so. `held` is what stood before: it stands until a person gives a reason for a lower one.
    """
    usable = {source: scores for source, scores in answers.items() if scores is not None and _usable(scores)}
    combined = fitting(_combined(usable, ensemble), floor.age_years, floor.sex)
    parts = level_parts(usable, condition_urgency or {})
    fitted = _fitted(usable, parts, layer)
    by_models = _blend(fitted, _mean_levels(parts, policy), policy.fitted_share)
    levels = _blend(_combined_levels(combined, condition_urgency or {}), by_models, policy.combined_share)
    model_urgency = _risk_averse(levels, policy) if levels else None
    ranked = tuple(Candidate(label, value) for label, value in combined.scores.items()) if combined else ()
    doubt = _doubt(combined, policy)
    minimum = worst(policy.without_models if model_urgency is None else None, *(reason.level for reason in doubt))
    first = worst(model_urgency, floor.level, minimum) or policy.without_models
    unsure = _unsure(first, floor, ranked, condition_urgency or {}, policy)
    own = worst(first, *(reason.level for reason in unsure)) or first
    urgency = worst(own, held) or own
    return Outcome(
        urgency=urgency,
        reasons=(
            *((Reason(HELD, urgency, own),) if urgency != own else ()),
            *_floor_reasons(floor),
            *_model_reasons(answers, usable, policy, model_urgency, ranked),
            *doubt,
            *unsure,
            *((Reason(UNLEARNED),) if levels and not fitted else ()),
            *_input_reasons(floor),
        ),
        red_flags=floor.fired,
        differential=ranked[: policy.shown],
        by_model={source.version: _ranked(conditions_of(scores))[: policy.shown] for source, scores in usable.items()},
        outside_known=combined is not None and combined.known is False,
        model_urgency=model_urgency,
        levels=levels,
        fitted=fitted,
        policy_version=policy.version,
        combined=combined,
        alone=own if urgency != own else None,
    )


def _combined_levels(combined: Combined | None, condition_urgency: Mapping[str, Level]) -> dict[Level, float]:
    """Probability of each level by the usual urgencies of the conditions that the ensemble names."""
    return derived_levels(combined.scores, condition_urgency) if combined is not None else {}


def _unsure(
    level: Level, floor: Floor, ranked: Sequence[Candidate], urgencies: Mapping[str, Level], policy: Policy
) -> tuple[Reason, ...]:
    """What stands against a level below urgent."""
    pairs = [(each.condition, each.probability) for each in ranked]
    found = doubts(level, floor, pairs, urgencies, likely_from=policy.likely_from, needs_vitals=policy.needs_vitals)
    return tuple(Reason(*each) for each in found)


def _combined(usable: Mapping[Source, Mapping[str, float]], ensemble: Ensemble | None) -> Combined | None:
    named = {source: conditions for source, scores in usable.items() if (conditions := conditions_of(scores))}
    combined = None
    if ensemble is not None:
        members = _holders(named, ensemble.takes)
        combined = ensemble.combine({kind: named[source] for kind, source in members.items()})
    return combined or even_pool({source.version: conditions for source, conditions in named.items()})


def _holders(sources: Iterable[Source], takes: Callable[[str, str], bool]) -> dict[str, Source]:
    """Who holds each place that is taken, by kind."""
    held: dict[str, Source] = {}
    for source in sources:
        if takes(source.kind, source.language):
            # A folder of files may hold two versions of one place: the first counts, as where an ensemble is measured.
            held.setdefault(source.kind, source)
    return held


def _doubt(combined: Combined | None, policy: Policy) -> tuple[Reason, ...]:
    """Why the answer must not reassure, although models answered."""
    if combined is None or combined.known:
        return ()
    return (Reason(UNMEASURED if combined.known is None else OUTSIDE_KNOWN, policy.outside_known),)


def _usable(scores: Mapping[str, float]) -> bool:
    """Finite probabilities, and at least one that says something."""
    values = list(scores.values())
    return bool(values) and all(math.isfinite(value) and 0 <= value <= 1.0001 for value in values) and any(values)


def _ranked(scores: Mapping[str, float]) -> tuple[Candidate, ...]:
    ordered = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Candidate(label, value) for label, value in ordered)


def _mean_levels(parts: Mapping[Source, Sequence[Shares]], policy: Policy) -> dict[Level, float]:
    """Probability of each level: learned urgencies and those of the conditions, by the policy's share.

    Arithmetic means over the models, unlike the differential: a danger that one model sees must not vanish because
    another one rules it out.
    """
    learned, derived = (
        _weighted_mean([(source.kind, both[way]) for source, both in parts.items()], policy) for way in (0, 1)
    )
    return _blend(learned, derived, policy.learned_share)


def _fitted(
    usable: Mapping[Source, Mapping[str, float]],
    parts: Mapping[Source, list[Shares]],
    layer: UrgencyLayer | None,
) -> dict[Level, float]:
    """What the learned urgency makes of the versions that hold its places."""
    if layer is None:
        return {}
    held = _holders(usable, layer.takes)
    return layer.shares(
        {kind: usable[source] for kind, source in held.items()}, {kind: parts[source] for kind, source in held.items()}
    )


def _blend(one: dict[Level, float], other: dict[Level, float], share: float) -> dict[Level, float]:
    """`share` of the first and the rest of the second; the one that there is where the other is missing."""
    if not one or not other:
        return one or other
    return {level: share * one[level] + (1 - share) * other[level] for level in LEVELS}


def _weighted_mean(shares: Sequence[tuple[str, Mapping[Level, float]]], policy: Policy) -> dict[Level, float]:
    """Mean of the models' shares by their weights; a model without any is left out."""
    return normalised(
        {level: sum(policy.weights.get(kind, 0) * own.get(level, 0.0) for kind, own in shares) for level in LEVELS}
    )


def _risk_averse(levels: Mapping[Level, float], policy: Policy) -> Level:
    """The most urgent level that has its share of the probability together with all worse levels."""
    so_far = 0.0
    for level in LEVELS[:-1]:
        so_far += levels[level]
        if so_far >= policy.at_least[level]:
            return level
    return LEVELS[-1]


def _floor_reasons(floor: Floor) -> tuple[Reason, ...]:
    return tuple(Reason(FLOOR, flag.level, flag.rule) for flag in floor.fired)


def _model_reasons(
    answers: Mapping[Source, Mapping[str, float] | None],
    usable: Mapping[Source, Mapping[str, float]],
    policy: Policy,
    model_urgency: Level | None,
    ranked: tuple[Candidate, ...],
) -> tuple[Reason, ...]:
    asked = {source.kind for source in answers}
    reasons = [Reason(MODEL_BROKEN, None, source.version) for source in answers if source not in usable]
    reasons += [Reason(MODEL_MISSING, None, kind) for kind in policy.expected if kind not in asked]
    if model_urgency is None:
        return (Reason(NO_MODELS, policy.without_models), *reasons)
    return (Reason(MODELS, model_urgency, ranked[0].condition if ranked else ""), *reasons)


def _input_reasons(floor: Floor) -> tuple[Reason, ...]:
    reasons = [Reason(CONTRADICTION, None, fact) for fact in floor.contradictions]
    for scale, score in floor.scores:
        if score.missing:
            reasons.append(Reason(scale.id + INCOMPLETE, None, ", ".join(score.missing)))
    return tuple(reasons)
