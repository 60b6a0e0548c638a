"""The network on a GPU (or, to compare, on a CPU) with torch, from the same weights as `onnx_backend`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from aimass_apps.inference.kinds.bert.network import TextClassifier, from_config
from aimass_apps.inference.kinds.bert.onnx_backend import WEIGHTS
from aimass_apps.inference.kinds.bert.predictor import Ids
from aimass_apps.inference.output_head import Array, read_head
from aimass_apps.inference.tensors import read_weights


class TorchBackend:
    """torch on dequantised weights in float32, or with matrices multiplied in bfloat16 to ask for many soft targets."""

    def __init__(self, folder: Path, device: str, bf16: bool = False) -> None:
        self._device, self._bf16 = torch.device(device), bf16
        self._model = read_network(folder).to(self._device).eval()

    @torch.inference_mode()
    def logits(self, ids: Ids, mask: Ids) -> Array:
        with torch.autocast(self._device.type, torch.bfloat16, enabled=self._bf16):
            answer = self._model(torch.from_numpy(ids).to(self._device), torch.from_numpy(mask).to(self._device))
        return np.asarray(answer.float().cpu().numpy(), dtype=np.float32)


def read_network(folder: Path) -> TextClassifier:
    """The network of an artefact folder, to score with or to train on from."""
    model = from_config(folder, len(read_head(folder).labels))
    weights = {name: torch.from_numpy(each) for name, each in read_weights(folder / WEIGHTS).items()}
    model.load_state_dict(weights)
    return model
