"""Encoder models: ONNX Runtime on a CPU (torch is never imported there), torch on a GPU, one set of weights."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
from tokenizers import Encoding, Tokenizer

from aimass_apps.inference.batching import plan_batches
from aimass_apps.inference.devices import choose_device
from aimass_apps.inference.output_head import Array, Head, read_head
from aimass_apps.inference.predictor import Answer, Item
from aimass_apps.inference.text.normalise import normalise

TOKENIZER = "tokenizer.json"
OVERLAP = 4  # windows of a long text share a quarter of their tokens
Ids = npt.NDArray[np.int64]


class Backend(Protocol):
    """Runs the network: ids and mask of shape (texts, tokens) to logits of shape (texts, labels)."""

    def logits(self, ids: Ids, mask: Ids) -> Array: ...


class BertPredictor:
    """Scores texts with a fine-tuned encoder. A text longer than the window is scored in overlapping windows."""

    def __init__(self, tokenizer: Tokenizer, head: Head, backend: Backend) -> None:
        self.head, self.backend = head, backend
        self.labels = head.labels
        self._tokenizer = tokenizer
        tokenizer.no_padding()
        tokenizer.enable_truncation(head.tokens, stride=head.tokens // OVERLAP)

    @classmethod
    def load(cls, folder: Path, device: str = "auto") -> BertPredictor:
        """Open an artefact folder on `device` (see `devices.choose_device`)."""
        tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        return cls(tokenizer, read_head(folder), open_backend(folder, choose_device(device)))

    def predict(self, items: Sequence[Item]) -> list[Answer]:
        """One answer for each item, in order; the same text gets the same scores in any company."""
        rows = self.probabilities([self.head.text_of(item) for item in items])
        return [Answer(dict(zip(self.labels, row.tolist(), strict=True))) for row in rows]

    def probabilities(self, texts: Sequence[str]) -> Array:
        """Calibrated probabilities, shape (texts, labels)."""
        windows, owned = self._windows(texts)
        scored = self.head.probabilities(self._logits(windows))
        return self._merged(scored, owned)

    def logits(self, texts: Sequence[str]) -> Array:
        """Raw outputs before calibration, shape (texts, labels); the windows of a text merged as its scores are."""
        windows, owned = self._windows(texts)
        return self._merged(self._logits(windows), owned)

    def _windows(self, texts: Sequence[str]) -> tuple[list[Encoding], list[slice]]:
        windows: list[Encoding] = []
        owned: list[slice] = []
        for encoding in self._tokenizer.encode_batch([normalise(text).text for text in texts]):
            start = len(windows)
            windows += [encoding, *encoding.overflowing]
            owned.append(slice(start, len(windows)))
        return windows, owned

    def _merged(self, rows: Array, owned: Sequence[slice]) -> Array:
        if not owned:
            return np.zeros((0, len(self.labels)), np.float32)
        return np.stack([self.head.merge(rows[part]) for part in owned])

    def _logits(self, windows: Sequence[Encoding]) -> Array:
        logits = np.zeros((len(windows), len(self.labels)), np.float32)
        for batch in plan_batches([len(each.ids) for each in windows]):
            logits[batch] = self.backend.logits(*_padded([windows[each].ids for each in batch]))
        return logits


def open_backend(folder: Path, device: str) -> Backend:
    """ONNX Runtime for `cpu`, else torch. Imported here, so that neither loads the other's libraries."""
    if device == "cpu":
        from aimass_apps.inference.kinds.bert.onnx_backend import OnnxBackend

        return OnnxBackend(folder)
    from aimass_apps.inference.kinds.bert.torch_backend import TorchBackend

    return TorchBackend(folder, device)


def _padded(rows: Sequence[Sequence[int]]) -> tuple[Ids, Ids]:
    width = max(2, *(len(row) for row in rows)) if rows else 2
    ids = np.zeros((len(rows), width), np.int64)
    mask = np.zeros_like(ids)
    for number, row in enumerate(rows):
        ids[number, : len(row)] = row
        mask[number, : len(row)] = 1
    return ids, mask
