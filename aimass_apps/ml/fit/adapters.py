"""Low-rank adapters (LoRA, Hu et al. 2021): few new weights learn, and are added to the old ones at the end."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

from peft import LoraConfig, get_peft_model

from aimass_apps.inference.kinds.bert.network import TextClassifier


def add_adapters(model: TextClassifier, *, rank: int, alpha: int, targets: Sequence[str]) -> None:
    """Freeze the encoder of `model`, in place, and put an adapter of `rank` beside each matrix named in `targets`.

    No targets: every linear layer of the encoder. An adapter's answer counts `alpha / rank` times.
    """
    config = LoraConfig(r=rank, lora_alpha=alpha, target_modules=list(targets) if targets else "all-linear")
    with warnings.catch_warnings():
        # peft 0.21 asks transformers 5 by a name that it deprecates.
        warnings.filterwarnings("ignore", message=".*is_gradient_checkpointing", category=FutureWarning)
        model.encoder = get_peft_model(model.encoder, config)


def merge_adapters(model: TextClassifier) -> None:
    """Add what the adapters learned to the encoder's matrices, in place: the network has its old shape again."""
    model.encoder = model.encoder.merge_and_unload()
