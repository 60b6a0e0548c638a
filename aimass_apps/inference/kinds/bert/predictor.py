"""Encoder models: ONNX Runtime on a CPU (torch is never imported there), torch on a GPU, one set of weights."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from aimass_apps.inference.batching import plan_batches
from aimass_apps.inference.devices import choose_device
from aimass_apps.inference.output_head import Array, Head, read_head
from aimass_apps.inference.predictor import Answer, Item
from aimass_apps.inference.text.normalise import normalise

TOKENIZER = "tokenizer.json"
OVERLAP = 4  # windows of a long text share a quarter of their tokens
# What the windows of one text may hold together. The longest text that a desk takes has fewer at a token a character;
# only what the normaliser or the tokenizer spells out at length has more.
MOST_TOKENS = 32_768
MOST_CHARACTERS = 4 * MOST_TOKENS  # of a normalised text: a longer one is not even cut into tokens
Ids = npt.NDArray[np.int64]
Window = tuple[int, ...]


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
        """One answer for each item, in order; the same text gets the same scores in any company.

        A text of more than `MOST_TOKENS` gets no scores: what stands in the part left out could not be told.
        """
        texts = [normalise(self.head.text_of(item)).text for item in items]
        short = [place for place, text in enumerate(texts) if len(text) <= MOST_CHARACTERS]
        windows = dict(zip(short, self._windows([texts[place] for place in short]), strict=True))
        read = {place: each for place, each in windows.items() if sum(map(len, each)) <= MOST_TOKENS}
        rows = dict(zip(read, self._probabilities(list(read.values())), strict=True))
        return [self._answer(rows.get(place)) for place in range(len(items))]

    def probabilities(self, texts: Sequence[str]) -> Array:
        """Calibrated probabilities, shape (texts, labels), however long a text is."""
        return self._probabilities(self._windows([normalise(text).text for text in texts]))

    def logits(self, texts: Sequence[str]) -> Array:
        """Raw outputs before calibration, shape (texts, labels); the windows of a text merged as its scores are."""
        windows = self._windows([normalise(text).text for text in texts])
        return self._merged(self._logits(windows), windows)

    def _answer(self, row: Array | None) -> Answer:
        return Answer({} if row is None else dict(zip(self.labels, row.tolist(), strict=True)))

    def _windows(self, normalised: Sequence[str]) -> list[list[Window]]:
        """The token ids of each text's windows."""
        encodings = self._tokenizer.encode_batch(list(normalised))
        return [[tuple(part.ids) for part in (each, *each.overflowing)] for each in encodings]

    def _probabilities(self, windows: Sequence[Sequence[Window]]) -> Array:
        return self._merged(self.head.probabilities(self._logits(windows)), windows)

    def _merged(self, rows: Array, windows: Sequence[Sequence[Window]]) -> Array:
        """From one row a window to one row a text."""
        if not windows:
            return np.zeros((0, len(self.labels)), np.float32)
        parts = np.split(rows, np.cumsum([len(each) for each in windows])[:-1])
        return np.stack([self.head.merge(part) for part in parts])

    def _logits(self, windows: Sequence[Sequence[Window]]) -> Array:
        """One row for each window, in order; equal ones (a sign thousands of times) are read once."""
        every = list(chain.from_iterable(windows))
        different = list(dict.fromkeys(every))
        logits = np.zeros((len(different), len(self.labels)), np.float32)
        for batch in plan_batches([len(each) for each in different]):
            logits[batch] = self.backend.logits(*_padded([different[each] for each in batch]))
        places = {window: place for place, window in enumerate(different)}
        return logits[[places[window] for window in every]]


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
