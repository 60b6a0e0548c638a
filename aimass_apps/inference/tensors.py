"""Weights on disk: one safetensors file that CPU, GPU and retraining all read.

Matrices are int8 with one scale for each row, `w = q * scale`, stored beside them as `NAME.scale`; the rest is float32,
and all of it is deflated (`packed`). Fewer bits are larger steps: the numbers stay int8, are then few different ones,
and deflate well. Only weights are quantised: activations stay float, since dynamic int8 would let a text's score depend
on the other texts of its batch. Versions of before may hold 4 bits, with a half-precision scale for each `BLOCK`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from aimass_apps.inference.packed import AnyArray, load_packed, save_packed

Array = npt.NDArray[np.float32]
Bits = float | Mapping[str, float]  # for all matrices, or for those with a part in their names; 8 for the others
SCALE = ".scale"
SMALLEST = 2048
BLOCK = 32  # numbers of a row that share a scale in 4 bits
MIDDLE = 8  # 4 bits hold 1 to 15 for -7 to 7
MOST = 127
_SPREAD = math.sqrt(2 * math.pi * math.e)  # a normal variable in steps of its deviation has log2 of this bits


def quantise(weight: Array, bits: float = 8) -> tuple[npt.NDArray[np.int8], Array]:
    """A float matrix (rows, columns) as int8 and the scale of each row, shape (rows,).

    In 8 bits a row's largest number is 127. Fewer make the step so large that a normally distributed row has that
    entropy: even steps and a code of their own for frequent numbers lose least for their size (Gish and Pierce 1968).
    """
    scale = np.abs(weight).max(axis=1) / MOST
    if bits < 8:
        spread = np.sqrt(np.square(weight).mean(axis=1))
        scale = np.maximum(scale, spread * _SPREAD / 2**bits)
    scale = np.where(scale == 0.0, 1.0, scale).astype(np.float32)
    return np.rint(weight / scale[:, None]).astype(np.int8), scale


def write_weights(path: Path, weights: Mapping[str, Array], bits: Bits = 8) -> None:
    """Store float weights by name, matrices of `SMALLEST` numbers or more in `bits` (8 or fewer)."""
    stored: dict[str, AnyArray] = {}
    for name, weight in weights.items():
        if weight.ndim == 2 and weight.size >= SMALLEST:
            stored[name], stored[name + SCALE] = quantise(weight, bits_of(name, bits))
        else:
            stored[name] = np.ascontiguousarray(weight, dtype=np.float32)
    save_packed(path, stored)


def bits_of(name: str, bits: Bits) -> float:
    """The bits of a matrix by its name."""
    return bits if isinstance(bits, int | float) else next((each for part, each in bits.items() if part in name), 8)


def read_weights(path: Path) -> dict[str, Array]:
    """The weights of `write_weights`, as float32 by name."""
    stored = load_packed(path)
    return {
        name: _dequantised(each, stored.get(name + SCALE)) for name, each in stored.items() if not name.endswith(SCALE)
    }


def _dequantised(stored: AnyArray, scale: AnyArray | None) -> Array:
    if scale is None:
        return stored.astype(np.float32)
    if stored.dtype == np.uint8:
        return _from_4_bits(stored, scale)
    weight: Array = np.multiply(stored, scale[:, None], dtype=np.float32)
    return weight


def _from_4_bits(stored: AnyArray, scale: AnyArray) -> Array:
    """Two numbers a byte: the lower four bits hold the first half of a block, the upper four the second."""
    packed = stored.astype(np.uint8).reshape(len(stored), -1, BLOCK // 2)
    numbers = np.concatenate([packed & 15, packed >> 4], axis=2).astype(np.float32) - MIDDLE
    weight: Array = (numbers * scale[:, :, None].astype(np.float32)).reshape(len(stored), -1)
    return weight
