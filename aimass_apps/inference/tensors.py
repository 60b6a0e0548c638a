"""Weights on disk: one safetensors file that CPU, GPU and retraining all read.

Matrices are int8 with one scale for each row, `w = q * scale`, stored beside them as `NAME.scale`; or, for half the
bytes, 4 bits with a half-precision scale for each `BLOCK` of a row, two numbers a byte. The rest is float32. Only
weights are quantised: activations stay float, since dynamic int8 would let a text's score depend on the other texts
of its batch.
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
BLOCK = 32  # numbers of a row that share a scale in 4 bits
MIDDLE = 8  # 4 bits hold 1 to 15 for -7 to 7


def quantise(weight: Array) -> tuple[npt.NDArray[np.int8], Array]:
    """A float matrix (rows, columns) as int8 and the scale of each row, shape (rows,)."""
    scale = np.abs(weight).max(axis=1) / 127.0
    scale = np.where(scale == 0.0, 1.0, scale).astype(np.float32)
    return np.rint(weight / scale[:, None]).astype(np.int8), scale


def quantise_4(weight: Array) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float16]]:
    """A float matrix (rows, columns) in 4 bits, shape (rows, columns / 2), and scales (rows, columns / `BLOCK`).

    The lower four bits hold the first half of a block, the upper four the second.
    """
    blocks = weight.reshape(len(weight), -1, BLOCK)
    scale = (np.abs(blocks).max(axis=2) / (MIDDLE - 1)).astype(np.float16)
    scale = np.where(scale == 0, np.float16(1), scale)
    numbers = np.rint(blocks / scale[:, :, None].astype(np.float32)) + MIDDLE
    whole = np.clip(numbers, 1, 2 * MIDDLE - 1).astype(np.uint8)
    packed = whole[:, :, : BLOCK // 2] | (whole[:, :, BLOCK // 2 :] << 4)
    return packed.reshape(len(weight), -1), scale


def write_weights(path: Path, weights: Mapping[str, Array], bits: int = 8) -> None:
    """Store float weights by name, matrices of `SMALLEST` numbers or more in `bits` (8 or 4).

    A matrix whose rows are not whole blocks has 8 bits in any case.
    """
    stored: dict[str, npt.NDArray[np.generic]] = {}
    for name, weight in weights.items():
        if weight.ndim != 2 or weight.size < SMALLEST:
            stored[name] = np.ascontiguousarray(weight, dtype=np.float32)
        elif bits == 4 and weight.shape[1] % BLOCK == 0:
            stored[name], stored[name + SCALE] = quantise_4(weight)
        else:
            stored[name], stored[name + SCALE] = quantise(weight)
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
    if stored.dtype == np.uint8:
        return _from_4_bits(stored, scale)
    weight: Array = np.multiply(stored, scale[:, None], dtype=np.float32)
    return weight


def _from_4_bits(stored: npt.NDArray[np.generic], scale: npt.NDArray[np.generic]) -> Array:
    packed = stored.astype(np.uint8).reshape(len(stored), -1, BLOCK // 2)
    numbers = np.concatenate([packed & 15, packed >> 4], axis=2).astype(np.float32) - MIDDLE
    weight: Array = (numbers * scale[:, :, None].astype(np.float32)).reshape(len(stored), -1)
    return weight
