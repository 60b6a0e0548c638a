"""What the desk does about a post, from what the models said and the policy. Plain Python, no Django.

For each language one model decides beside the keyword lists: the first of the policy's `deciding_kinds` that
answered. Other models' scores are shown to people and decide nothing. A deciding model that failed, or none at
all, sends the post to a person, and so does a part in a language that none of them reads.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from aimass_apps.inference.predictor import Span
from aimass_apps.inference.text.language import Languages
from moderation.labels import with_groups
from moderation.policy import DEFAULT, KeywordRules, Policy, PriorityWeights, UnusablePolicy, load_policy

__all__ = [
    "DEFAULT", "KeywordRules", "Policy", "Priority", "Reason", "UnusablePolicy", "Verdict", "VersionAnswer",
    "decide", "deciding_versions", "load_policy", "prioritise",
]  # fmt: skip

KEYWORD = "keyword"
KEYWORDS = "keywords"
ANY = "any"
MODEL_UNAVAILABLE = "model_unavailable"
LANGUAGE_UNREAD = "language_unread"
Step = Literal["clear", "flag", "act"]


@dataclass(frozen=True, slots=True)
class VersionAnswer:
    """One model version's answer to one post; `failed` when it gave none."""

    version: str
    kind: str
    scores: Mapping[str, float] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)
    spans: Sequence[Span] = ()
    failed: bool = False
    language: str = ANY


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a post was flagged: `code` is score, keyword, model_unavailable or language_unread.

    `spans` are (start, end, rule, weight). For keywords `score` is the heaviest word's weight, `threshold` the weight
    from which its rule holds.
    """

    code: str
    kind: str = ""
    version: str = ""
    label: str = ""
    score: float | None = None
    threshold: float | None = None
    spans: tuple[tuple[int, int, str, float], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready, with probabilities to four digits."""
        return {
            "code": self.code,
            "kind": self.kind,
            "version": self.version,
            "label": self.label,
            "score": None if self.score is None else round(self.score, 4),
            "threshold": None if self.threshold is None else round(self.threshold, 4),
            "spans": [[start, end, rule, round(weight, 4)] for start, end, rule, weight in self.spans],
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """`severity` and `score` run from 0 to 1; `sampling_weight` is 1 / the chance that a person sees the post."""

    step: Step
    flagged: bool
    reasons: tuple[Reason, ...]
    severity: float
    score: float
    audit: bool
    sampling_weight: float


def decide(
    answers: Sequence[VersionAnswer], policy: Policy, draw: float, languages: Languages | None = None
) -> Verdict:
    """Judge one post. `draw` is uniform in [0, 1): under the policy's audit share, a person sees what is automatic.

    `languages` are those of the text, where they are known.
    """
    deciding, missing = _deciding(answers, policy)
    if deciding and languages and languages.unread(answer.language for answer in answers if _decides(answer, policy)):
        missing.append(Reason(LANGUAGE_UNREAD))
    over = [reason for answer in deciding for reason in _over_threshold(answer, policy)]
    words = [
        reason
        for answer in answers
        if answer.kind == KEYWORDS and not answer.failed
        for reason in _keywords(answer, deciding, policy)
    ]
    reasons = tuple(sorted([*missing, *over, *words], key=lambda reason: -_weight(reason, policy)))
    step: Step = "clear" if not reasons else "act" if any(_acts(reason, policy) for reason in over) else "flag"
    audit = step != "flag" and draw < policy.audit_share
    weight = 1 / policy.audit_share if audit else 1.0
    if not reasons:
        return Verdict(step, False, (), 0.0, _highest(deciding), audit, weight)
    return Verdict(
        step=step,
        flagged=True,
        reasons=reasons,
        severity=max(_weight(reason, policy) for reason in reasons),
        score=max((reason.score or 0.0 for reason in [*over, *words]), default=0.5),
        audit=audit,
        sampling_weight=weight,
    )


def deciding_versions(answers: Sequence[VersionAnswer], policy: Policy) -> frozenset[str]:
    """The names of the versions whose scores decide about this post."""
    return frozenset(answer.version for answer in _deciding(answers, policy)[0])


def _deciding(answers: Sequence[VersionAnswer], policy: Policy) -> tuple[list[VersionAnswer], list[Reason]]:
    """For each language the model that decides, and a reason for each that should have and failed."""
    candidates = [answer for answer in answers if _decides(answer, policy)]
    languages = sorted({answer.language for answer in candidates} - {ANY}) or [ANY]
    chosen: dict[str, VersionAnswer] = {}
    missing: dict[str, Reason] = {}
    for language in languages:
        fitting = [answer for answer in candidates if answer.language in (language, ANY)]
        fitting.sort(key=lambda answer: policy.deciding_kinds.index(answer.kind))
        for answer in fitting:
            if not answer.failed:
                chosen[answer.version] = answer
                break
            missing[answer.version] = Reason(MODEL_UNAVAILABLE, answer.kind, answer.version)
    if not chosen and not missing:
        missing[""] = Reason(MODEL_UNAVAILABLE)
    for answer in answers:
        if answer.kind == KEYWORDS and answer.failed:
            missing[answer.version] = Reason(MODEL_UNAVAILABLE, answer.kind, answer.version)
    return list(chosen.values()), list(missing.values())


def _decides(answer: VersionAnswer, policy: Policy) -> bool:
    return answer.kind in policy.deciding_kinds


def _over_threshold(answer: VersionAnswer, policy: Policy) -> Iterator[Reason]:
    for label, score in answer.scores.items():
        threshold = policy.threshold(answer.kind, label, answer.thresholds, answer.version)
        if threshold is None or score < threshold or label in policy.quiet_labels:
            continue
        yield Reason("score", answer.kind, answer.version, label, score, threshold, _spans(answer.spans, label))


def _keywords(answer: VersionAnswer, deciding: Sequence[VersionAnswer], policy: Policy) -> Iterator[Reason]:
    for label in dict.fromkeys(span.label for span in answer.spans):
        weight = max(span.weight for span in answer.spans if span.label == label)
        known = [_share(model, label, policy) for model in _readers(answer, deciding)]
        share = max(known, default=policy.keywords.strong_needs_share)
        needed = _share_needed(weight, policy.keywords)
        if label in policy.quiet_labels or needed is None or share < needed:
            continue
        level = _level(weight, policy.keywords)
        yield Reason(KEYWORD, KEYWORDS, answer.version, label, weight, level, _spans(answer.spans, label))


def _share_needed(weight: float, rules: KeywordRules) -> float | None:
    """The share of its threshold that the model's score must reach for a word of this weight to flag."""
    if weight >= rules.severe_from:
        return 0.0
    if weight >= rules.strong_from:
        return rules.strong_needs_share
    return rules.mild_needs_share if weight >= rules.mild_from else None


def _level(weight: float, rules: KeywordRules) -> float:
    """The weight from which the rule holds that let this word count."""
    return max(level for level in (rules.mild_from, rules.strong_from, rules.severe_from) if weight >= level)


def _readers(words: VersionAnswer, deciding: Sequence[VersionAnswer]) -> list[VersionAnswer]:
    """The deciding models that may have read what the list found: those of its language."""
    return [model for model in deciding if model.language == words.language or ANY in (model.language, words.language)]


def _share(model: VersionAnswer, label: str, policy: Policy) -> float:
    """How far the model comes towards flagging `label` (1 = it flags); a group speaks for its kinds.

    A model that knows nothing of the label can't overrule a word: a strong one stands, a mild one is not enough.
    """
    shares = []
    for name in with_groups({label}):
        threshold = policy.threshold(model.kind, name, model.thresholds, model.version)
        if name in model.scores and threshold:
            shares.append(model.scores[name] / threshold)
    return max(shares, default=policy.keywords.strong_needs_share)


def _spans(spans: Iterable[Span], label: str) -> tuple[tuple[int, int, str, float], ...]:
    return tuple((span.start, span.end, span.rule, span.weight) for span in spans if span.label == label)


def _weight(reason: Reason, policy: Policy) -> float:
    return 0.5 if reason.code in (MODEL_UNAVAILABLE, LANGUAGE_UNREAD) else policy.severity_of(reason.label)


def _acts(reason: Reason, policy: Policy) -> bool:
    limit = policy.acts_from(reason.label, reason.version)
    return limit is not None and reason.score is not None and reason.score >= limit


def _highest(deciding: Sequence[VersionAnswer]) -> float:
    return max((score for answer in deciding for score in answer.scores.values()), default=0.0)


@dataclass(frozen=True, slots=True)
class Priority:
    """Points from 0 to 100 and how many of them each part gave."""

    total: float
    parts: dict[str, float]


def prioritise(
    *,
    severity: float,
    score: float,
    weights: PriorityWeights,
    reporter_weights: Sequence[float] = (),
    age_minutes: float = 0.0,
    strikes: int = 0,
) -> Priority:
    """Which post comes first: five parts, each shown. Reports count by log2, age up to the target, strikes up to 5."""
    parts = {
        "severity": weights.severity * severity,
        "score": weights.score * score,
        "reports": weights.reports * min(1.0, math.log2(1 + sum(reporter_weights)) / 4),
        "age": weights.age * min(1.0, age_minutes / weights.target_minutes),
        "strikes": weights.strikes * min(1.0, strikes / 5),
    }
    points = {name: round(100 * part, 2) for name, part in parts.items()}
    return Priority(round(sum(points.values()), 2), points)
