"""What coarser weights cost in quality: the network is scored with its matrices rounded, as if stored that way.

Arithmetic stays float32 in each case, as in serving, so only size and quality change, not the speed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer

from aimass_apps.inference.kinds.bert.network import from_config
from aimass_apps.inference.kinds.bert.predictor import TOKENIZER
from aimass_apps.inference.output_head import Array, read_head
from aimass_apps.inference.tensors import BLOCK, SMALLEST
from aimass_apps.ml.fit.checkpoints import FOLDER
from aimass_apps.ml.fit.train import work_folder
from aimass_apps.ml.recipe.examples import Example
from aimass_apps.ml.recipe.schema import Recipe
from aimass_apps.ml.search import network_logits
from aimass_apps.ml.trials import quality


@dataclass(frozen=True, slots=True)
class Format:
    """Whole numbers of `bits`, one scale for each tensor, row, or block of 32 numbers in a row."""

    name: str
    bits: int
    scale: str


FORMATS = (
    Format("float32", 32, ""),
    Format("int8, a scale for each row", 8, "row"),
    Format("int8, one scale for each tensor", 8, "tensor"),
    Format("4 bits, a scale for each block of 32", 4, "block"),
    Format("4 bits, a scale for each row", 4, "row"),
)


def compare_formats(recipe: Recipe, folder: Path, rows: Sequence[Example]) -> list[tuple[str, ...]]:
    """A table row for each format: name, megabytes, mean AUC, macro-F1, largest difference of a probability.

    `folder` is an artefact whose checkpoint, with the weights as trained, still stands beside it.
    """
    head = read_head(folder)
    model = from_config(folder, len(head.labels)).eval()
    weights = load_file(work_folder(folder) / FOLDER / "model.safetensors")
    tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    table: list[tuple[str, ...]] = []
    exact: Array | None = None
    for each in FORMATS:
        stored = {name: rounded(weight, each) if _is_matrix(weight) else weight for name, weight in weights.items()}
        model.load_state_dict(stored)
        found = head.probabilities(network_logits(model, tokenizer, [row.text for row in rows], head.tokens))
        exact = found if exact is None else exact  # the first format is the network as trained
        auc, macro_f1 = quality(recipe, found, rows)
        numbers = f"{size(weights, each) / 1e6:.1f}", f"{auc:.3f}", f"{macro_f1:.3f}"
        table.append((each.name, *numbers, f"{np.abs(found - exact).max():.3f}"))
    return table


def rounded(weight: torch.Tensor, form: Format) -> torch.Tensor:
    """The matrix after a way through the format: rounded to the nearest step, the largest number exact."""
    if form.bits == 32:
        return weight
    parts = weight.reshape(_shape(weight, form)).float()
    scale = parts.abs().amax(dim=-1, keepdim=True) / (2 ** (form.bits - 1) - 1)
    scale = torch.where(scale == 0, torch.ones_like(scale), scale)
    return ((parts / scale).round() * scale).reshape(weight.shape)


def size(weights: dict[str, torch.Tensor], form: Format) -> float:
    """Bytes before deflating: whole numbers, scales in float32 (in blocks: half precision), the rest in float32."""
    total = 0.0
    for weight in weights.values():
        count = weight.numel()
        if not _is_matrix(weight) or form.bits == 32:
            total += 4 * count
            continue
        scales = count // _shape(weight, form)[-1]
        total += count * form.bits / 8 + scales * (2 if form.scale == "block" else 4)
    return total


def _shape(weight: torch.Tensor, form: Format) -> tuple[int, int]:
    width = {"tensor": weight.numel(), "row": weight.shape[1], "block": BLOCK}[form.scale]
    width = width if weight.numel() % width == 0 else weight.shape[1]
    return weight.numel() // width, width


def _is_matrix(weight: torch.Tensor) -> bool:
    return bool(weight.ndim == 2 and weight.numel() >= SMALLEST)
