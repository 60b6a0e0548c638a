"""Turn a trained network into an artefact: weights of 4 to 8 bits, an ONNX graph that names them, the tokenizer."""

from __future__ import annotations

import json
import shutil
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from tokenizers import Tokenizer

from aimass_apps.inference.kinds.bert.network import TextClassifier
from aimass_apps.inference.kinds.bert.onnx_backend import GRAPH, NAMES, WEIGHTS
from aimass_apps.inference.kinds.bert.predictor import TOKENIZER
from aimass_apps.inference.kinds.bert.torch_backend import read_network
from aimass_apps.inference.output_head import Head
from aimass_apps.inference.tensors import Bits, read_weights, write_weights

FILES = (WEIGHTS, GRAPH, NAMES, TOKENIZER, "config.json", "head.json")
LARGE = 1024  # numbers; smaller constants stay inside the graph


def compress(model: TextClassifier, tokenizer: Tokenizer, head: Head, folder: Path, bits: Bits = 8) -> None:
    """Write the files `FILES` to `folder`, matrices in `bits`.

    What is exported is the network as dequantised, not as trained.
    """
    folder.mkdir(parents=True, exist_ok=True)
    state = {name: each.detach().cpu().float().numpy() for name, each in model.state_dict().items()}
    write_weights(folder / WEIGHTS, state, bits)
    model.encoder.config.to_json_file(str(folder / "config.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.save(str(folder / TOKENIZER), pretty=False)
    head.write(folder)
    export_graph(read_network(folder).eval(), folder)


def export_graph(model: TextClassifier, folder: Path) -> None:
    """Export to ONNX and replace its large constants by the names of the weights they came from.

    `dynamo=True`: the older exporter gave wrong logits, without a word, for padded batches of another shape.
    """
    ids = torch.randint(3, 60, (2, 16))
    mask = torch.ones_like(ids)
    mask[1, 9:] = 0
    shape = {0: torch.export.Dim("batch", min=1, max=8192), 1: torch.export.Dim("tokens", min=2, max=512)}
    scratch = folder / "export"
    scratch.mkdir(exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            model,
            (ids, mask),
            dynamo=True,
            input_names=["input_ids", "attention_mask"],
            output_names=["logits"],
            dynamic_shapes=(shape, shape),
            verbose=False,
        )
    program.save(str(scratch / GRAPH))
    graph = onnx.load(str(scratch / GRAPH))
    names = _name_weights(graph, read_weights(folder / WEIGHTS))
    # What tells how the graph came about, and shapes that are inferred anew when it is opened.
    del graph.graph.metadata_props[:]
    del graph.graph.value_info[:]
    for node in graph.graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    for function in graph.functions:
        del function.metadata_props[:]
    (folder / GRAPH).write_bytes(graph.SerializeToString())
    (folder / NAMES).write_text(json.dumps(names, separators=(",", ":")), encoding="utf-8")
    shutil.rmtree(scratch)


def _name_weights(graph: Any, weights: dict[str, Any]) -> dict[str, dict[str, object]]:
    """Empty each large initializer of `graph`, in place; what to put there when it is loaded, by its name."""
    names: dict[str, dict[str, object]] = {}
    for tensor in graph.graph.initializer:
        if np.prod(tensor.dims, dtype=np.int64) < LARGE or tensor.data_type != onnx.TensorProto.FLOAT:
            continue
        weight, transposed = _find(onnx.numpy_helper.to_array(tensor), tensor.name, weights)
        names[tensor.name] = {"weight": weight, "transposed": transposed}
        tensor.ClearField("raw_data")
        tensor.ClearField("float_data")
        tensor.data_location = onnx.TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value=WEIGHTS)
    return names


def _find(constant: Any, name: str, weights: dict[str, Any]) -> tuple[str, bool]:
    if name in weights and np.array_equal(weights[name], constant):
        return name, False
    for candidate, weight in weights.items():
        if weight.shape == constant.shape and np.array_equal(weight, constant):
            return candidate, False
        if weight.ndim == 2 and weight.T.shape == constant.shape and np.array_equal(weight.T, constant):
            return candidate, True
    raise ValueError(f"the exporter changed {name}: no weight equals it")
