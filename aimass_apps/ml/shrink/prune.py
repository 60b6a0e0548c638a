"""Structured pruning: whole layers and whole inner neurons go, so that the network is smaller and quicker.

The training that follows is the recovery. Dropping the upper layers loses least (Sajjad et al. 2023, "On the effect of
dropping layers of pre-trained transformer models"); a neuron matters as much as the weights into and out of it.
"""

from __future__ import annotations

from torch import nn

from aimass_apps.inference.kinds.bert.network import TextClassifier
from aimass_apps.ml.recipe.schema import BadRecipe


def keep_layers(model: TextClassifier, count: int) -> None:
    """Keep the `count` lowest layers of the encoder, in place. Raises `BadRecipe` when it has fewer."""
    layers = _layers(model)
    if not 0 < count <= len(layers):
        raise BadRecipe(f"layers = {count}: the base has {len(layers)}")
    del layers[count:]
    model.encoder.config.num_hidden_layers = count


def keep_neurons(model: TextClassifier, count: int) -> None:
    """Keep the `count` strongest inner neurons of every layer's feed-forward part, in place.

    Strength is |weights in| * |weights out|. Raises `BadRecipe` when a layer has fewer, or is not built as BERT's are.
    """
    for layer in _layers(model):
        try:
            inner, outer = layer.intermediate.dense, layer.output.dense
        except AttributeError:
            raise BadRecipe("neurons: this base has no intermediate.dense and output.dense in its layers") from None
        if not 0 < count <= inner.out_features:
            raise BadRecipe(f"neurons = {count}: the base has {inner.out_features} in a layer")
        strength = inner.weight.norm(dim=1) * outer.weight.norm(dim=0)
        kept = strength.topk(count).indices.sort().values
        inner.weight, inner.bias = nn.Parameter(inner.weight[kept].detach()), nn.Parameter(inner.bias[kept].detach())
        outer.weight = nn.Parameter(outer.weight[:, kept].detach())
        inner.out_features = outer.in_features = count
    model.encoder.config.intermediate_size = count


def _layers(model: TextClassifier) -> nn.ModuleList:
    wanted = model.encoder.config.num_hidden_layers
    for part in model.encoder.modules():
        if isinstance(part, nn.ModuleList) and len(part) == wanted:
            return part
    raise BadRecipe("layers: this base keeps its layers in no list")
