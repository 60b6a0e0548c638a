"""The network on a CPU: `graph.onnx` holds the computation, `model.safetensors` the weights it names."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnxruntime

from aimass_apps.inference.devices import cpu_threads
from aimass_apps.inference.kinds.bert.predictor import Ids
from aimass_apps.inference.output_head import Array
from aimass_apps.inference.tensors import read_weights

GRAPH = "graph.onnx"
WEIGHTS = "model.safetensors"
NAMES = "graph.json"


class OnnxBackend:
    """ONNX Runtime in float32 on dequantised weights: exact to 1e-5 against torch, whoever shares the batch."""

    def __init__(self, folder: Path) -> None:
        weights = read_weights(folder / WEIGHTS)
        names: dict[str, dict[str, object]] = json.loads((folder / NAMES).read_text(encoding="utf-8"))
        self._kept = {
            name: np.ascontiguousarray(
                weights[str(each["weight"])].T if each["transposed"] else weights[str(each["weight"])]
            )
            for name, each in names.items()
        }
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = cpu_threads()
        options.log_severity_level = 3
        values = [onnxruntime.OrtValue.ortvalue_from_numpy(each) for each in self._kept.values()]
        options.add_external_initializers(list(self._kept), values)
        self._session = onnxruntime.InferenceSession(
            (folder / GRAPH).read_bytes(), options, providers=["CPUExecutionProvider"]
        )
        self._kept.clear()

    def logits(self, ids: Ids, mask: Ids) -> Array:
        answer: Array = self._session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
        return answer
