"""Weights on disk: one safetensors file that CPU, GPU and retraining all read.

Matrices are int8 with one scale for each row, `w = q * scale`, stored beside them as `NAME.scale`; the
rest is float32. Only weights are quantised: activations stay float, since dynamic int8 would let a
text's score depend on the other texts of its batch.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file, save_file

Array = npt.NDArray[np.float32]
SCALE = ".scale"
SMALLEST = 2048


def quantise(weight: Array) -> tuple[npt.NDArray[np.int8], Array]:
    """A float matrix (rows, columns) as int8 and the scale of each row, shape (rows,)."""
    scale = np.abs(weight).max(axis=1) / 127.0
    scale = np.where(scale == 0.0, 1.0, scale).astype(np.float32)
    return np.rint(weight / scale[:, None]).astype(np.int8), scale


def write_weights(path: Path, weights: Mapping[str, Array]) -> None:
    """Store float weights by name, matrices of `SMALLEST` numbers or more as int8."""
    stored: dict[str, npt.NDArray[np.generic]] = {}
    for name, weight in weights.items():
        if weight.ndim == 2 and weight.size >= SMALLEST:
            stored[name], stored[name + SCALE] = quantise(weight)
        else:
            stored[name] = np.ascontiguousarray(weight, dtype=np.float32)
    save_file(stored, path)
    path.chmod(0o644)  # the library writes for the owner alone, and workers may run as another user


def read_weights(path: Path) -> dict[str, Array]:
    """The weights of `write_weights`, as float32 by name."""
    stored = load_file(path)
    return {
        name: _dequantised(each, stored.get(name + SCALE)) for name, each in stored.items() if not name.endswith(SCALE)
    }


def _dequantised(stored: npt.NDArray[np.generic], scale: npt.NDArray[np.generic] | None) -> Array:
    if scale is None:
        return stored.astype(np.float32)
    weight: Array = np.multiply(stored, scale[:, None], dtype=np.float32)
    return weight
