"""Learned urgency: one linear layer over what the SVM and the encoder said, fitted on short presentations.

The encoder's own urgency comes from invented cases of the catalogue; people tell danger in other words. The layer
reads each condition's log probability, so that it knows which conditions a strange wording brings near. Plain
Python: five sums of some three hundred products. It reads no text (`inference.combining`).
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from aimass_apps.inference.combining import CombiningPredictor, folder_of_kind
from aimass_apps.registry.artefacts import BrokenArtefact, read_manifest
from triage.knowledge.load import usual_urgencies
from triage.levels import LEVELS, Level
from triage.metrics import URGENCY
from triage.urgency.shares import Shares, level_parts

KIND: Final = "urgency"
LAYER: Final = "layer.json"
_LEAST_LEVEL, _LEAST_LABEL, _SHARE = 1e-3, 1e-6, 0.1


@dataclass(frozen=True, slots=True)
class UrgencyLayer:
    """A row of `weights` and a `bias` for each level, worst first.

    `kinds` are the members' in order: of each the level shares are read, of one of them, the `encoder`, the scores of
    `read` too. `language` is the members' language.
    """

    kinds: tuple[str, ...]
    encoder: str
    read: tuple[str, ...]
    weights: tuple[tuple[float, ...], ...]
    bias: tuple[float, ...]
    language: str = "any"

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(URGENCY + level for level in LEVELS)

    @property
    def members(self) -> frozenset[str]:
        return frozenset(self.kinds)

    def takes(self, kind: str, language: str) -> bool:
        """Whether a version of this kind and language is one that the layer was fitted on."""
        return language == self.language and kind in self.kinds

    def answer(self, said: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
        """The levels' scores under the names that models give them."""
        shares = self.shares(said, level_parts(said, usual_urgencies()))
        return {URGENCY + level: share for level, share in shares.items()}

    def shares(
        self, answers: Mapping[str, Mapping[str, float]], parts: Mapping[str, list[Shares]]
    ) -> dict[Level, float]:
        """Probability of each level; empty where a member is missing or names other labels than at the fit."""
        if not self.members <= answers.keys() or set(self.read) != set(answers[self.encoder]):
            return {}
        told = features(answers[self.encoder], [parts[kind] for kind in self.kinds], self.read)
        sums = [
            bias + sum(weight * value for weight, value in zip(row, told, strict=True))
            for row, bias in zip(self.weights, self.bias, strict=True)
        ]
        raised = [math.exp(each - max(sums)) for each in sums]
        return {level: each / sum(raised) for level, each in zip(LEVELS, raised, strict=True)}


def features(encoder: Mapping[str, float], parts: Iterable[list[Shares]], labels: tuple[str, ...]) -> list[float]:
    """Logarithms: of each member's level shares (learned, then by its conditions), then of the encoder's labels."""
    levels = [share.get(level, 0.0) for member in parts for share in member for level in LEVELS]
    own = [_SHARE * math.log(encoder[label] + _LEAST_LABEL) for label in labels]
    return [math.log(value + _LEAST_LEVEL) for value in levels] + own


def read_layer(raw: Mapping[str, Any], language: str) -> UrgencyLayer:
    """From the content of `layer.json`. Raises `KeyError`, `TypeError`, and `BrokenArtefact` where numbers lack."""
    rows = tuple(tuple(row) for row in raw["weights"])
    layer = UrgencyLayer(tuple(raw["voices"]), raw["encoder"], tuple(raw["labels"]), rows, tuple(raw["bias"]), language)
    width = 2 * len(LEVELS) * len(layer.kinds) + len(layer.read)
    if len(layer.bias) != len(LEVELS) or [len(row) for row in rows] != [width] * len(LEVELS):
        raise BrokenArtefact(f"{LAYER} needs {len(LEVELS)} rows of {width} weights")
    return layer


def open_layer(folder: Path) -> UrgencyLayer:
    """The layer in an artefact folder."""
    return read_layer(json.loads((folder / LAYER).read_text(encoding="utf-8")), read_manifest(folder).language)


def layer_among(folders: Iterable[Path]) -> UrgencyLayer | None:
    """The layer among version folders; None where there is none."""
    folder = folder_of_kind(KIND, folders)
    return None if folder is None else open_layer(folder)


class UrgencyPredictor(CombiningPredictor):
    """The layer as a version that loads like any other."""

    @staticmethod
    def opens(folder: Path) -> UrgencyLayer:
        return open_layer(folder)
