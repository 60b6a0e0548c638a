"""From a model's raw outputs to calibrated probabilities.

`head.json` lists groups of labels in the order of the outputs: `sigmoid` groups answer each label on its
own, `softmax` groups share out one. Each output has a temperature and a bias from calibration:
p = activation(logit / temperature + bias).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from aimass_apps.inference.model_input import chosen_steps, read_item, switched_on
from aimass_apps.inference.predictor import Item

Array = npt.NDArray[np.float32]
HEAD = "head.json"


@dataclass(frozen=True, slots=True)
class Head:
    """`tokens` is the window's length; `combine` says how the windows of a long text become one (max, mean);
    `reads` names the steps that prepare a text (`model_input`).
    """

    groups: tuple[Mapping[str, Any], ...]
    temperature: tuple[float, ...]
    bias: tuple[float, ...]
    tokens: int = 128
    combine: str = "max"
    reads: tuple[str, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of all groups in output order."""
        return tuple(label for group in self.groups for label in group["labels"])

    def text_of(self, item: Item) -> str:
        """What the model reads of an item."""
        return read_item(item, self.reads)

    def probabilities(self, logits: Array) -> Array:
        """Calibrated probabilities for raw outputs, both of shape (texts, labels)."""
        temperature: Array = np.asarray(self.temperature, np.float32)
        bias: Array = np.asarray(self.bias, np.float32)
        scaled: Array = np.add(np.divide(logits, temperature), bias, dtype=np.float32)
        parts, start = [], 0
        for group in self.groups:
            part = scaled[:, start : start + len(group["labels"])]
            start += part.shape[1]
            parts.append(sigmoid(part) if group["activation"] == "sigmoid" else softmax(part))
        return np.concatenate(parts, axis=1)

    def merge(self, windows: Array) -> Array:
        """One text's probabilities, shape (labels,), from those of its windows, shape (windows, labels).

        `max`: a text is as bad as its worst part. `mean`: a differential weighs the whole text.
        """
        merged: Array = windows.max(axis=0) if self.combine == "max" else windows.mean(axis=0)
        return merged

    def write(self, folder: Path) -> None:
        """Store as `head.json`."""
        content = {
            "groups": [dict(each) for each in self.groups],
            "temperature": list(self.temperature),
            "bias": list(self.bias),
            "tokens": self.tokens,
            "combine": self.combine,
            "reads": list(self.reads),
        }
        (folder / HEAD).write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def read_head(folder: Path) -> Head:
    """Read `head.json`. Raises `model_input.UnknownStep`."""
    raw = json.loads((folder / HEAD).read_text(encoding="utf-8"))
    return Head(
        groups=tuple(raw["groups"]),
        temperature=tuple(raw["temperature"]),
        bias=tuple(raw["bias"]),
        tokens=raw["tokens"],
        combine=raw["combine"],
        reads=chosen_steps(raw["reads"]) if "reads" in raw else switched_on(raw),
    )


def plain_head(
    groups: Sequence[Mapping[str, Any]], tokens: int = 128, combine: str = "max", reads: Sequence[str] = ()
) -> Head:
    """A head before calibration."""
    outputs = sum(len(group["labels"]) for group in groups)
    return Head(tuple(groups), (1.0,) * outputs, (0.0,) * outputs, tokens, combine, chosen_steps(reads))


def sigmoid(logits: Array) -> Array:
    """1 / (1 + e^-x), without overflow."""
    share: Array = (0.5 * (1.0 + np.tanh(0.5 * logits))).astype(np.float32)
    return share


def softmax(logits: Array) -> Array:
    """Shares that sum to 1 in each row, without overflow."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    share: Array = (raised / raised.sum(axis=1, keepdims=True)).astype(np.float32)
    return share
