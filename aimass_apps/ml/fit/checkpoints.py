"""Checkpoints of a training: safetensors and JSON, written beside and then renamed, so always whole."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import nn

from aimass_apps.ml.recipe.schema import BadRecipe

FOLDER = "checkpoint"


def save(out: Path, model: nn.Module, optimizer: torch.optim.Optimizer, state: dict[str, Any], training: str) -> None:
    """Keep weights, optimizer moments and `state` (step, epoch, settings) of the training called `training`."""
    fresh = out / f"{FOLDER}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    save_file(
        {name: each.contiguous().cpu() for name, each in model.state_dict().items()},
        fresh / "model.safetensors",
    )
    moments = {
        f"{number}.{name}": value.contiguous().cpu()
        for number, parameter in enumerate(_parameters(optimizer))
        for name, value in optimizer.state.get(parameter, {}).items()
    }
    save_file(moments, fresh / "optimizer.safetensors")
    (fresh / "state.json").write_text(json.dumps({**state, "training": training}), encoding="utf-8")
    shutil.rmtree(out / FOLDER, ignore_errors=True)
    fresh.rename(out / FOLDER)


def resume(out: Path, model: nn.Module, optimizer: torch.optim.Optimizer, training: str) -> dict[str, Any] | None:
    """Load the checkpoint under `out` into model and optimizer; its state, or None when there is none.

    Raises `BadRecipe` when it belongs to another training: other rows, settings, labels or base.
    """
    folder = out / FOLDER
    if not (folder / "state.json").is_file():
        return None
    state: dict[str, Any] = json.loads((folder / "state.json").read_text(encoding="utf-8"))
    if state.get("training") != training:
        raise BadRecipe(f"{folder} is of a training with other rows or settings: delete it, or choose another --out")
    model.load_state_dict(load_file(folder / "model.safetensors"))
    moments = load_file(folder / "optimizer.safetensors")
    for number, parameter in enumerate(_parameters(optimizer)):
        prefix = f"{number}."
        mine = {name.removeprefix(prefix): each for name, each in moments.items() if name.startswith(prefix)}
        if mine:
            optimizer.state[parameter] = {
                name: each if name == "step" else each.to(parameter.device) for name, each in mine.items()
            }
    return state


def _parameters(optimizer: torch.optim.Optimizer) -> list[nn.Parameter]:
    return [parameter for group in optimizer.param_groups for parameter in group["params"]]
