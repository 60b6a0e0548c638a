"""Learned urgency: one linear layer over what the SVM and the encoder said, fitted on short presentations.

The encoder's own urgency comes from invented cases of the catalogue; people tell danger in other words. The layer
reads each condition's log probability, so that it knows which conditions a strange wording brings near. Plain
Python: five sums of some three hundred products. `manage.py fit_levels` fits it anew.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from aimass_apps.strict_files import read_json
from triage.levels import LEVELS, Level

FILE = Path(__file__).parent / "policies" / "levels-1.json"
KINDS = ("svm", "bert")
ENCODER = "bert"
LANGUAGE = "any"  # of the versions that it was fitted on
_LEAST_LEVEL, _LEAST_LABEL, _SHARE = 1e-3, 1e-6, 0.1

Shares = Mapping[Level, float]


@dataclass(frozen=True, slots=True)
class FittedLevels:
    """`labels` are the encoder's, in order; `weights` has a row for each level, worst first."""

    labels: tuple[str, ...]
    weights: tuple[tuple[float, ...], ...]
    bias: tuple[float, ...]

    def shares(
        self, answers: Mapping[str, Mapping[str, float]], parts: Mapping[str, list[Shares]]
    ) -> dict[Level, float]:
        """Probability of each level; empty where a model is missing or names other labels than at the fit."""
        if not set(KINDS) <= answers.keys() or set(self.labels) != set(answers[ENCODER]):
            return {}
        told = features(answers[ENCODER], parts, self.labels)
        sums = [
            bias + sum(weight * value for weight, value in zip(row, told, strict=True))
            for row, bias in zip(self.weights, self.bias, strict=True)
        ]
        raised = [math.exp(each - max(sums)) for each in sums]
        return {level: each / sum(raised) for level, each in zip(LEVELS, raised, strict=True)}


def features(encoder: Mapping[str, float], parts: Mapping[str, list[Shares]], labels: tuple[str, ...]) -> list[float]:
    """Logarithms: of each model's level shares (learned, then by its conditions), then of the encoder's labels."""
    levels = [share.get(level, 0.0) for kind in KINDS for share in parts[kind] for level in LEVELS]
    own = [_SHARE * math.log(encoder[label] + _LEAST_LABEL) for label in labels]
    return [math.log(value + _LEAST_LEVEL) for value in levels] + own


def takes(kind: str, language: str) -> bool:
    """Whether a version of this kind and language is one that the layer was fitted on."""
    return kind in KINDS and language == LANGUAGE


@cache
def fitted_levels() -> FittedLevels:
    """The shipped layer."""
    return read_json(FILE, FittedLevels)
