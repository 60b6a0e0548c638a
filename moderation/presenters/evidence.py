"""What the pages show of a post: its marks, reasons and scores in words."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aimass_apps.registry.models import kind_choices
from aimass_apps.submissions.models import Decision, Prediction, Review
from aimass_apps.web.components.markup import percent
from moderation.actions import REOPEN, UNDO, Words, reasons
from moderation.decide import KEYWORDS, LANGUAGE_UNREAD, MODEL_UNAVAILABLE, Policy
from moderation.labels import LABELS, TITLES
from moderation.models import Post
from moderation.policy_revisions import current_policy

_UNLABELLED = {
    MODEL_UNAVAILABLE: gettext_lazy("No model answered"),
    LANGUAGE_UNREAD: gettext_lazy("Language not read"),
}


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """One reason in words; `score` and `threshold` are None where no model gave one."""

    text: str
    source: str
    score: float | None
    threshold: float | None
    words: list[str]
    tone: str


def _kind_name(kind: str) -> str:
    return dict(kind_choices()).get(kind, kind)


def label_name(label: str) -> str:
    """In the reader's language; a label that the desk no longer has is shown as it is."""
    return _(TITLES[label]) if label in TITLES else label


def reason_lines(post: Post, text: str) -> list[ReasonLine]:
    """Why the post is here, gravest first."""
    return [_line(reason, text) for reason in post.reasons]


def _line(reason: Mapping[str, Any], text: str) -> ReasonLine:
    kind = _kind_name(reason["kind"])
    if reason["code"] in (MODEL_UNAVAILABLE, LANGUAGE_UNREAD):
        return ReasonLine(
            _("Judge by the text alone: %(what)s.") % {"what": _missing(reason["code"], kind)},
            kind, None, None, [], "warn",
        )  # fmt: skip
    words = list(dict.fromkeys(text[start:end] for start, end, *_rest in reason["spans"]))
    return ReasonLine(label_name(reason["label"]), kind, reason["score"], reason["threshold"], words, "danger")


def _missing(code: str, kind: str) -> str:
    if code == LANGUAGE_UNREAD:
        return _("a part is in a language that no model reads")
    return _("%(model)s gave no answer") % {"model": kind} if kind else _("No model answers for this language")


def short_reasons(post: Post, most: int = 2) -> list[str]:
    """The reasons as chips of the queue: a label each, the gravest first."""
    names = dict.fromkeys(
        label_name(reason["label"]) if reason["label"] else str(_UNLABELLED[reason["code"]]) for reason in post.reasons
    )
    return list(names)[:most]


def top_score(post: Post) -> float | None:
    return max((reason["score"] for reason in post.reasons if reason["score"] is not None), default=None)


def marks(predictions: Iterable[Prediction]) -> list[dict[str, Any]]:
    """Every place in the text that some version pointed at."""
    return [
        {"start": start, "end": end, "label": label_name(label), "rule": rule, "weight": weight}
        for prediction in predictions
        for start, end, label, rule, weight in prediction.spans
    ]


def score_table(predictions: Iterable[Prediction]) -> tuple[list[tuple[str, list[float | None], str]], list[str]]:
    """Rows of (label, one probability for each model, note) and the models' names, for the table of scores."""
    answered = [each for each in predictions if each.state == Prediction.State.DONE]
    answered.sort(key=lambda each: each.version.kind == KEYWORDS)  # on a phone only the first fit
    labels = [name for name in LABELS if any(name in (each.scores or {}) for each in answered)]
    policy = current_policy()
    rows = [
        (label_name(name), [(each.scores or {}).get(name) for each in answered], _note(answered, name, policy))
        for name in labels
    ]
    return rows, [_kind_name(each.version.kind) for each in answered]


def _note(answered: Iterable[Prediction], label: str, policy: Policy) -> str:
    """From where the models flag it; words have weights and rules of their own instead."""
    models = [each.version for each in answered if each.version.kind != KEYWORDS]
    limits = [policy.threshold(version.kind, label, version.thresholds, str(version)) for version in models]
    shown = " / ".join(percent(limit) for limit in limits if limit is not None)
    return _("flags from %(limits)s") % {"limits": shown} if shown else ""


PARTS: dict[str, Words] = {
    "severity": gettext_lazy("Severity of the reason"),
    "score": gettext_lazy("Certainty of the model"),
    "reports": gettext_lazy("Reports by users"),
    "age": gettext_lazy("Time it has waited"),
    "strikes": gettext_lazy("Earlier removals of the author"),
}


def priority_lines(post: Post, age_points: float) -> Iterator[tuple[str, str]]:
    """The parts of the priority with their points, those without any left out."""
    parts = {**post.priority_parts, "age": age_points}
    for name, title in PARTS.items():
        if parts.get(name):
            yield str(title), f"{parts[name]:.1f}"


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """One decision as the history of a post shows it."""

    action: str
    who: str
    at: Any
    reason: str
    labels: list[str]
    comment: str


def decision_lines(decisions: Iterable[Decision]) -> list[DecisionLine]:
    return [_decision(decision) for decision in decisions]


def _decision(decision: Decision) -> DecisionLine:
    review = decision.review
    return DecisionLine(
        action=decision.action,
        who=str(review.by) if review else _("Policy %(version)s") % {"version": decision.policy_version},
        at=decision.at,
        reason=_reason(decision, review) if review else "",
        labels=[label_name(name) for name, chosen in (review.labels if review else {}).items() if chosen],
        comment=(review.comment or "") if review else "",
    )


def _reason(decision: Decision, review: Review) -> str:
    if review.verdict == UNDO and decision.action != REOPEN.outcome:
        return _("As before: the later decision was taken back")
    return str(reasons().get(review.reason, ""))
