"""What a BERT training starts from: a pre-trained encoder with a fresh head, or an artefact of ours, whole."""

from __future__ import annotations

from pathlib import Path

from tokenizers import Tokenizer
from transformers import AutoTokenizer

from aimass_apps.inference.bert import TOKENIZER
from aimass_apps.inference.heads import read_head
from aimass_apps.inference.network import TextClassifier, base_path, from_base
from aimass_apps.inference.torch_backend import read_network
from aimass_apps.registry.artefacts import MANIFEST
from aimass_apps.training.recipe import BadRecipe, Recipe


def open_base(recipe: Recipe) -> tuple[TextClassifier, Tokenizer]:
    """The network and tokenizer that `recipe.base` names.

    An artefact folder goes on with its head, so its labels must be the recipe's. Raises `BadRecipe`.
    """
    folder = Path(recipe.base)
    if not (folder / MANIFEST).is_file():
        tokenizer = AutoTokenizer.from_pretrained(base_path(recipe.base)).backend_tokenizer
        return from_base(recipe.base, len(recipe.labels)), tokenizer
    if tuple(read_head(folder).labels) != recipe.labels:
        raise BadRecipe(f"{recipe.path}: its labels differ from those of the version it goes on from")
    return read_network(folder), Tokenizer.from_file(str(folder / TOKENIZER))
