"""Make scores mean what they say: a temperature and a bias for each output, fitted on rows held back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from aimass_apps.inference.output_head import Array, Head, plain_head, softmax

FEWEST = 8  # positives and negatives; with fewer a label keeps temperature 1
Floats = npt.NDArray[np.float64]


def calibrate(logits: Array, targets: Array, weights: Array, groups: Sequence[Mapping[str, Any]], **shape: Any) -> Head:
    """A head fitted to validation logits; arrays of shape (rows, labels), weight 0 where not annotated.

    A sigmoid label gets a temperature and a bias (Platt 1999), a softmax group one temperature
    (Guo et al. 2017). `shape` goes to `Head` (tokens, combine).
    """
    head = plain_head(groups, **shape)
    temperature, bias = list(head.temperature), list(head.bias)
    start = 0
    for group in groups:
        part = slice(start, start + len(group["labels"]))
        start = part.stop
        if group["activation"] == "softmax":
            known = weights[:, part].max(axis=1) > 0
            shared = fit_temperature(logits[known, part], targets[known, part])
            temperature[part] = [shared] * len(group["labels"])
            continue
        for column in range(part.start, part.stop):
            known = weights[:, column] > 0
            temperature[column], bias[column] = fit_platt(logits[known, column], targets[known, column])
    return replace(head, temperature=tuple(temperature), bias=tuple(bias))


def fit_platt(logits: Array, targets: Array) -> tuple[float, float]:
    """Temperature and bias that minimise the log loss of one label; (1, 0) with too few rows of a side."""
    if min((targets >= 0.5).sum(), (targets < 0.5).sum()) < FEWEST:
        return 1.0, 0.0

    def loss(scale_bias: Floats) -> float:
        scaled = logits * scale_bias[0] + scale_bias[1]
        return float(np.mean(np.logaddexp(0.0, scaled) - targets * scaled))

    scale, shift = minimize(loss, np.array([1.0, 0.0]), method="Nelder-Mead").x
    return float(1.0 / max(scale, 0.05)), float(shift)


def fit_temperature(logits: Array, targets: Array) -> float:
    """The temperature that minimises the cross-entropy of a softmax group."""
    if len(logits) < FEWEST:
        return 1.0

    def loss(log_temperature: Floats) -> float:
        chosen = np.log(softmax(logits / np.float32(np.exp(log_temperature[0]))) + 1e-9)
        return float(-(targets * chosen).sum(axis=1).mean())

    return float(np.exp(minimize(loss, np.array([0.0]), method="Nelder-Mead").x[0]))


def expected_calibration_error(probabilities: Array, targets: Array, bins: int = 15) -> float:
    """Mean distance between stated and observed rate over equal-width bins, weighted by their rows."""
    place = np.minimum((probabilities * bins).astype(int), bins - 1)
    gaps = [
        abs(probabilities[place == each].mean() - targets[place == each].mean()) * (place == each).mean()
        for each in range(bins)
        if (place == each).any()
    ]
    return float(sum(gaps))


def threshold_for_precision(probabilities: Array, targets: Array, precision: float) -> float:
    """The lowest probability from which predictions are right at least `precision` of the time.

    Where no threshold gets there, the one with the highest precision over at least `FEWEST` rows.
    """
    if len(probabilities) < FEWEST:
        return 0.5
    order = np.argsort(-probabilities, kind="stable")
    right = np.cumsum(targets[order] >= 0.5) / np.arange(1, len(order) + 1)
    right[: FEWEST - 1] = 0.0
    reached = np.flatnonzero(right >= precision)
    place = reached[-1] if len(reached) else int(np.argmax(right))
    return round(float(np.clip(probabilities[order][place], 0.02, 0.98)), 4)
