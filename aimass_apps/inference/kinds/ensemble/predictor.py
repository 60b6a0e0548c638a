"""A calibrated ensemble: one answer from those of several versions, with a set that holds the right label.

It reads no text (`inference.combining`). Each group of members that may have answered has a rule of its own, fitted on
cases held back from all of them, so that an answer stays calibrated where a member failed.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from aimass_apps.inference.combining import CombiningPredictor, folder_of_kind
from aimass_apps.registry.artefacts import read_manifest

KIND: Final = "ensemble"
RULES: Final = "ensemble.json"
FILES: Final = (RULES,)
LEAST: Final = 1e-6  # the probability of a label that a member does not name: unlikely, never impossible


@dataclass(frozen=True, slots=True)
class Rule:
    """How the answers of one group of members are combined.

    `powers`: how much each member's log-probability counts (weight over temperature). The prediction set holds each
    label whose score is at most `set_limit`: the probability of all likelier ones together, plus `rank_cost` for each
    place beyond `free_ranks` (regularised adaptive prediction sets, Angelopoulos et al. 2021, without randomisation;
    as a label's own probability is left out of its score, the likeliest is always in). Where the entropy of the pooled
    probabilities (nats) is above `known_to`, the text counts as unlike what the members know.
    """

    powers: Mapping[str, float]
    set_limit: float
    rank_cost: float
    free_ranks: int
    known_to: float

    def pool(self, answers: Mapping[str, Mapping[str, float]], labels: Sequence[str]) -> dict[str, float]:
        """Weighted product of the members' probabilities, normalised, the likeliest first."""
        logs = [
            sum(power * math.log(max(answers[kind].get(label, 0.0), LEAST)) for kind, power in self.powers.items())
            for label in labels
        ]
        top = max(logs)
        raised = [math.exp(each - top) for each in logs]
        whole = sum(raised)
        pooled = {label: value / whole for label, value in zip(labels, raised, strict=True)}
        return dict(sorted(pooled.items(), key=lambda item: (-item[1], item[0])))

    def likely(self, ranked: Mapping[str, float]) -> tuple[str, ...]:
        """The prediction set of probabilities given in falling order; never empty."""
        return tuple(label for label, score in self.set_scores(ranked) if score <= self.set_limit)

    def set_scores(self, ranked: Mapping[str, float]) -> Iterable[tuple[str, float]]:
        """(label, nonconformity score) in order: what the limit must reach for the label to be in the set."""
        mass = 0.0
        for place, (label, value) in enumerate(ranked.items(), start=1):
            yield label, mass + self.rank_cost * max(0, place - self.free_ranks)
            mass += value


@dataclass(frozen=True, slots=True)
class Combined:
    """One answer: probabilities, the likeliest first; the kinds it rests on; the prediction set; whether it is known.

    `likely` and `known` are None where no rule was fitted for these members.
    """

    scores: dict[str, float]
    members: tuple[str, ...]
    likely: tuple[str, ...] | None = None
    known: bool | None = None


@dataclass(frozen=True, slots=True)
class Ensemble:
    """The rules by group of members; `labels` is what it answers, `measured` what its card says of sets and novelty.

    A member is a version of one of its kinds in its own `language`. Versions of another language are not combined,
    since no rule was fitted on them.
    """

    labels: tuple[str, ...]
    rules: Mapping[frozenset[str], Rule]
    measured: Mapping[str, Any]
    language: str = "any"

    @property
    def members(self) -> frozenset[str]:
        """Every kind that some rule knows."""
        return frozenset().union(*self.rules)

    def takes(self, kind: str, language: str) -> bool:
        """Whether a version of this kind and language is one of its members."""
        return language == self.language and kind in self.members

    def combine(self, answers: Mapping[str, Mapping[str, float]]) -> Combined | None:
        """One answer from those of the members, by kind, among `answers`; None without any."""
        kinds = self.members & answers.keys()
        if not kinds:
            return None
        rule = self.rules[frozenset(kinds)]
        scores = rule.pool({kind: answers[kind] for kind in kinds}, self.labels)
        return Combined(scores, tuple(sorted(kinds)), rule.likely(scores), entropy(scores.values()) <= rule.known_to)

    def answer(self, said: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
        """The scores of `combine`; empty without any member."""
        combined = self.combine(said)
        return combined.scores if combined else {}


def entropy(probabilities: Iterable[float]) -> float:
    """How widely probability is spread, in nats: 0 on one label, ln n evenly over n (Shannon 1948)."""
    return -sum(each * math.log(each) for each in probabilities if each > 0)


def even_pool(answers: Mapping[str, Mapping[str, float]]) -> Combined | None:
    """The combination without a live ensemble: every answer counts the same, without sets and novelty."""
    if not answers:
        return None
    labels = sorted({label for scores in answers.values() for label in scores})
    rule = Rule(dict.fromkeys(answers, 1.0 / len(answers)), 1.0, 0.0, 0, 0.0)
    return Combined(rule.pool(answers, labels), tuple(sorted(answers)))


def read_ensemble(raw: Mapping[str, Any], language: str) -> Ensemble:
    """From the content of `ensemble.json`. Raises `KeyError`, `TypeError` for one that is not whole."""
    rules = [Rule(**{**each, "powers": dict(each["powers"])}) for each in raw["rules"]]
    return Ensemble(tuple(raw["labels"]), {frozenset(rule.powers): rule for rule in rules}, raw["measured"], language)


def open_ensemble(folder: Path) -> Ensemble:
    """The ensemble in an artefact folder."""
    return read_ensemble(json.loads((folder / RULES).read_text(encoding="utf-8")), read_manifest(folder).language)


def ensemble_among(folders: Iterable[Path]) -> Ensemble | None:
    """The ensemble among version folders; None where there is none."""
    folder = folder_of_kind(KIND, folders)
    return None if folder is None else open_ensemble(folder)


class EnsemblePredictor(CombiningPredictor):
    """The ensemble as a version that loads like any other."""

    @staticmethod
    def opens(folder: Path) -> Ensemble:
        return open_ensemble(folder)
