"""Arrays in a safetensors file, each deflated: what was rounded to few steps takes few bytes, whatever its type.

Nothing is lost. Numbers of several bytes are laid out byte by byte (all first bytes, then all second ones), since the
high bytes of scales and of sorted numbers hardly differ.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from safetensors import safe_open
from safetensors.numpy import save_file

AnyArray = npt.NDArray[np.generic]
LAYOUT: Final = (
    "deflated"  # in the file's metadata: for each name its type, shape and order (C: by rows, F: by columns)
)
_LEVEL: Final = 9
_MEMORY: Final = 9


def save_packed(path: Path, arrays: Mapping[str, AnyArray]) -> None:
    """Write the arrays; equal arrays give equal bytes with the same zlib."""
    content, layout = {}, {}
    for name, each in sorted(arrays.items()):
        content[name], order = _pack(each)
        layout[name] = [each.dtype.str, list(each.shape), order]
    save_file(content, path, metadata={LAYOUT: json.dumps(layout)})
    path.chmod(0o644)  # the library writes for the owner alone, and workers may run as another user


def load_packed(path: Path) -> dict[str, AnyArray]:
    """The arrays of `save_packed`, or of a plain safetensors file. Raises `ValueError`, `zlib.error` if altered."""
    with safe_open(path, "numpy") as file:
        layout: dict[str, Any] = json.loads((file.metadata() or {}).get(LAYOUT, "{}"))
        stored = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping, in spite of its name
    return {name: _unpack(each, *layout[name]) if name in layout else each for name, each in stored.items()}


def _pack(array: AnyArray) -> tuple[npt.NDArray[np.uint8], str]:
    """The shorter of both orders: the columns of a sparse matrix are more alike than its rows."""
    found = {order: _deflate(_by_byte(array, order)) for order in ("C", "F")}
    order = min(found, key=lambda each: len(found[each]))
    return np.frombuffer(found[order], np.uint8), order


def _deflate(content: bytes) -> bytes:
    # Noise holds chance repetitions, and to name them costs more than they save: filtered is a tenth shorter here.
    deflate = zlib.compressobj(_LEVEL, zlib.DEFLATED, zlib.MAX_WBITS, _MEMORY, zlib.Z_FILTERED)
    return deflate.compress(content) + deflate.flush()


def _by_byte(array: AnyArray, order: Any) -> bytes:
    flat = np.frombuffer(array.tobytes(order), np.uint8)
    return flat.reshape(-1, array.dtype.itemsize).T.tobytes()


def _unpack(stored: AnyArray, dtype: str, shape: list[int], order: Any) -> AnyArray:
    flat = np.frombuffer(zlib.decompress(stored.tobytes()), np.uint8)
    numbers = np.ascontiguousarray(flat.reshape(np.dtype(dtype).itemsize, -1).T).view(dtype)
    return np.ascontiguousarray(numbers.reshape(shape, order=order))
