"""LoRA: the encoder is frozen while adapters learn, and the artefact looks like any other."""

import json
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from aimass_apps.inference.kinds.bert.network import from_base  # noqa: E402 - needs torch
from aimass_apps.inference.tensors import read_weights  # noqa: E402 - kept with the others
from aimass_apps.ml.fit.adapters import add_adapters, merge_adapters  # noqa: E402 - needs torch
from aimass_apps.ml.fit.progress import Progress, Stopped  # noqa: E402 - kept with the others
from aimass_apps.ml.fit.train import train_recipe  # noqa: E402 - kept with the others
from aimass_apps.ml.recipe.schema import BadRecipe  # noqa: E402 - kept with the others
from aimass_apps.registry.artefacts import verify  # noqa: E402 - kept with the others
from tests.support.small import BERT, write  # noqa: E402 - kept with the others

pytestmark = pytest.mark.training
LORA = BERT.replace("5e-3", "3e-2") + '\nadapter = "lora"\nrank = 4\nalpha = 8\nhead_pace = 0.3'


def test_only_adapters_and_head_learn_and_merging_keeps_the_answers(base: Path) -> None:
    model = from_base(str(base), 1).eval()
    names = set(model.state_dict())
    add_adapters(model, rank=4, alpha=8, targets=["query", "value"])
    learning = {name for name, each in model.named_parameters() if each.requires_grad}
    assert learning
    assert all("lora_" in name or name.startswith("head.") for name in learning)
    assert sum("lora_" in name for name in learning) == 2 * 2 * 2  # layers, matrices, halves of an adapter
    with torch.no_grad():
        for name, each in model.named_parameters():
            if "lora_B" in name:
                each.fill_(0.1)
        ids, mask = torch.tensor([[2, 3, 4]]), torch.ones(1, 3, dtype=torch.int64)
        adapted = model(ids, mask)
        merge_adapters(model)
        merged = model(ids, mask)
    assert torch.allclose(adapted, merged, atol=1e-6)
    assert set(model.state_dict()) == names


@pytest.mark.slow
def test_an_adapter_is_trained_stopped_resumed_and_merged(data: Path, base: Path) -> None:
    recipe = write(data, "bert", LORA, f'base = "{base}"')
    whole = train_recipe(recipe, data, data / "whole")

    def stop(progress: Progress) -> None:
        if (progress.stage, progress.done) == ("train", 17):
            raise Stopped

    with pytest.raises(Stopped):
        train_recipe(recipe, data, data / "halted", stop)
    halted = train_recipe(recipe, data, data / "halted")
    assert (halted / "model.safetensors").read_bytes() == (whole / "model.safetensors").read_bytes()
    verify(whole)
    assert not any("lora" in name for name in read_weights(whole / "model.safetensors"))
    assert "lora" not in json.dumps(json.loads((whole / "graph.json").read_text(encoding="utf-8")))


def test_an_unknown_adapter_is_a_bad_recipe(data: Path, base: Path) -> None:
    recipe = write(data, "bert", BERT + '\nadapter = "prefix"', f'base = "{base}"')
    with pytest.raises(BadRecipe, match=r"settings\.adapter: must be"):
        train_recipe(recipe, data, data / "out")


def test_label_weights_of_unknown_labels_are_a_bad_recipe(data: Path, base: Path) -> None:
    recipe = write(data, "bert", BERT + "\nlabel_weights = { rude = 2.0 }", f'base = "{base}"')
    with pytest.raises(BadRecipe, match="rude"):
        train_recipe(recipe, data, data / "out")
