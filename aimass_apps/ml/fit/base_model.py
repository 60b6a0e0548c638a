"""What a BERT training starts from: a pre-trained encoder with a fresh head, or an artefact of ours, whole."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import nn
from transformers import AutoTokenizer

from aimass_apps.inference.kinds.bert.network import TextClassifier, base_path, from_base
from aimass_apps.inference.kinds.bert.predictor import TOKENIZER
from aimass_apps.inference.kinds.bert.torch_backend import read_network
from aimass_apps.inference.output_head import read_head
from aimass_apps.ml.recipe.schema import EARLIER, BadRecipe, Recipe
from aimass_apps.registry.artefacts import MANIFEST


def open_base(recipe: Recipe) -> tuple[TextClassifier, Tokenizer]:
    """The network and tokenizer that `recipe.base` names.

    An artefact folder goes on with its head; a label that it lacks gets fresh weights. Raises `BadRecipe` when the
    recipe lacks one of its labels.
    """
    if recipe.base.startswith(EARLIER):
        raise BadRecipe(f"{recipe.path}: its base is another recipe; `manage.py train` trains that first")
    folder = Path(recipe.base)
    if not (folder / MANIFEST).is_file():
        tokenizer = AutoTokenizer.from_pretrained(base_path(recipe.base)).backend_tokenizer
        return from_base(recipe.base, len(recipe.labels)), tokenizer
    known = tuple(read_head(folder).labels)
    if missing := set(known) - set(recipe.labels):
        raise BadRecipe(f"{recipe.path}: lacks labels of the version it goes on from: {', '.join(sorted(missing))}")
    model = read_network(folder)
    model.head = _widened(model.head, known, recipe.labels)
    return model, Tokenizer.from_file(str(folder / TOKENIZER))


def _widened(head: nn.Linear, known: Sequence[str], wanted: Sequence[str]) -> nn.Linear:
    """The head with one output for each wanted label: the known ones keep their weights."""
    fresh = nn.Linear(head.in_features, len(wanted))
    with torch.no_grad():
        for number, label in enumerate(wanted):
            if label in known:
                fresh.weight[number] = head.weight[known.index(label)]
                fresh.bias[number] = head.bias[known.index(label)]
    return fresh
