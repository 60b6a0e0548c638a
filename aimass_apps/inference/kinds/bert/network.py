"""The network that is trained: any Hugging Face encoder, the mean of its last layer, one linear head.

Mean pooling works alike for BERT, RoBERTa, ALBERT, ELECTRA, DistilBERT and GPT-2, and is what the
default base (all-MiniLM-L6-v2) was pre-trained with.
"""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import AutoConfig, AutoModel

PACKAGE = "package:"
_LAYER = re.compile(r"(?:^|\.)(?:layer|h)\.(\d+)\.")


class TextClassifier(nn.Module):
    """Token ids and mask, both int64 of shape (batch, tokens), to logits of shape (batch, labels)."""

    def __init__(self, encoder: nn.Module, width: int, outputs: int, dropout: float = 0.1) -> None:
        super().__init__()
        self.encoder = encoder
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(width, outputs)

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        pooled = (hidden * mask).sum(dim=1) / mask.sum(dim=1).clamp(min=1.0)
        return self.head(self.dropout(pooled))


def from_base(base: str, outputs: int) -> TextClassifier:
    """A classifier with a fresh head on pre-trained weights: a directory, a hub id, or `package:NAME`."""
    encoder = AutoModel.from_pretrained(base_path(base), **_without_pooler(base_path(base)))
    return TextClassifier(encoder, encoder.config.hidden_size, outputs)


def from_config(folder: Path, outputs: int) -> TextClassifier:
    """A classifier with random weights, shaped by the `config.json` in `folder`."""
    config = AutoConfig.from_pretrained(folder)
    encoder = AutoModel.from_config(config, **_without_pooler(str(folder)))
    return TextClassifier(encoder, config.hidden_size, outputs)


def base_path(base: str) -> str:
    """Where a base's files are; `package:NAME` asks an installed package of weights."""
    if not base.startswith(PACKAGE):
        return base
    return str(import_module(base.removeprefix(PACKAGE)).get_model_path())


def freeze_embeddings(model: TextClassifier) -> None:
    """Train everything but the input embeddings: 8 % quicker, and rare words keep what they meant."""
    model.encoder.get_input_embeddings().weight.requires_grad_(False)


def freeze_layers(model: TextClassifier, lowest: int) -> None:
    """Keep the `lowest` layers as they are: less to learn from few rows, and no gradient to compute there."""
    for name, parameter in model.encoder.named_parameters():
        layer = _LAYER.search(name)
        if layer is not None and int(layer[1]) < lowest:
            parameter.requires_grad_(False)


def _without_pooler(folder: str) -> dict[str, Any]:
    # The pooler of BERT and its kin is unused here; its weights would be exported and shipped for nothing.
    kind = AutoConfig.from_pretrained(folder).model_type
    return {"add_pooling_layer": False} if kind in {"bert", "roberta", "albert", "mpnet"} else {}
