"""Pruning: what goes is really gone, what stays is what it was."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from aimass_apps.inference.kinds.bert.network import from_base  # noqa: E402 - needs torch
from aimass_apps.ml.recipe.schema import BadRecipe  # noqa: E402 - kept with the others
from aimass_apps.ml.shrink.prune import keep_layers, keep_neurons  # noqa: E402 - needs torch

pytestmark = pytest.mark.training
IDS = torch.tensor([[2, 3, 4], [5, 6, 0]])
MASK = torch.tensor([[1, 1, 1], [1, 1, 0]])


def test_the_upper_layers_go(base: Path) -> None:
    model = from_base(str(base), 1).eval()
    with torch.no_grad():
        middle = model.encoder(input_ids=IDS, attention_mask=MASK, output_hidden_states=True).hidden_states[1]
        keep_layers(model, 1)
        last = model.encoder(input_ids=IDS, attention_mask=MASK).last_hidden_state
    assert model.encoder.config.num_hidden_layers == 1
    assert torch.allclose(middle, last)


def test_neurons_without_weight_go_first_and_are_not_missed(base: Path) -> None:
    model = from_base(str(base), 1).eval()
    idle = torch.arange(0, 64, 2)
    for layer in model.encoder.encoder.layer:
        layer.output.dense.weight.data[:, idle] = 0.0
    with torch.no_grad():
        before = model(IDS, MASK)
        keep_neurons(model, 32)
        after = model(IDS, MASK)
    assert model.encoder.encoder.layer[0].intermediate.dense.weight.shape == (32, 32)
    assert model.encoder.config.intermediate_size == 32
    assert torch.allclose(before, after, atol=1e-6)


@pytest.mark.parametrize("count", [0, 3, -1])
def test_more_layers_than_there_are_is_a_bad_recipe(base: Path, count: int) -> None:
    with pytest.raises(BadRecipe, match="has 2"):
        keep_layers(from_base(str(base), 1), count)


def test_more_neurons_than_there_are_is_a_bad_recipe(base: Path) -> None:
    with pytest.raises(BadRecipe, match="has 64"):
        keep_neurons(from_base(str(base), 1), 65)
