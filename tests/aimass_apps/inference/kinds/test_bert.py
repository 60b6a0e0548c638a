"""Tiny random models of six families go the whole way: weights, artefact, ONNX Runtime, torch."""

from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from aimass_apps.inference.output_head import plain_head
from aimass_apps.inference.predictor import Item, load_predictor
from aimass_apps.registry.artefacts import BrokenArtefact, write_manifest

pytestmark = [pytest.mark.training, pytest.mark.slow]

WORDS = ["[PAD]", "[UNK]", "good", "bad", "day", "you", "are", "a", "the", "and", "film", "was"]
GROUPS = [{"activation": "sigmoid", "labels": ["toxic", "insult"]}]
TEXTS = ["good day", "you are bad and the film was bad", "a", "the film was good " * 20, "", "you you you"]
TOLERANCE = 1e-5
SMALL = {"num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64, "max_position_embeddings": 64}
FAMILIES = {
    "bert": {**SMALL, "hidden_size": 32},
    "roberta": {**SMALL, "hidden_size": 32, "max_position_embeddings": 66},
    "albert": {**SMALL, "hidden_size": 32, "embedding_size": 16},
    "electra": {**SMALL, "hidden_size": 32, "embedding_size": 16},
    "distilbert": {"dim": 32, "hidden_dim": 64, "n_layers": 2, "n_heads": 2, "max_position_embeddings": 64},
    "gpt2": {"n_embd": 32, "n_layer": 2, "n_head": 2, "n_positions": 64},
}


def tokenizer() -> Tokenizer:
    made = Tokenizer(WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]"))
    made.pre_tokenizer = Whitespace()
    return made


@pytest.fixture(scope="module", params=FAMILIES)
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch = pytest.importorskip("torch")
    from transformers import AutoConfig, AutoModel

    from aimass_apps.inference.kinds.bert.network import from_base
    from aimass_apps.ml.shrink.compress import FILES, compress

    torch.manual_seed(5)
    base = tmp_path_factory.mktemp("base")
    config = AutoConfig.for_model(request.param, vocab_size=200, **FAMILIES[request.param])
    AutoModel.from_config(config).save_pretrained(base)
    out = tmp_path_factory.mktemp(request.param)
    compress(from_base(str(base), 2).eval(), tokenizer(), plain_head(GROUPS, tokens=16), out)
    manifest = {"desk": "moderation", "kind": "bert", "language": "en", "name": request.param, "labels": ["toxic"]}
    write_manifest(out, manifest, FILES)
    return out


def test_cpu_and_torch_agree(folder: Path) -> None:
    from aimass_apps.inference.kinds.bert.torch_backend import TorchBackend

    predictor = load_predictor(folder, "cpu")
    onnx = predictor.probabilities(TEXTS)
    predictor.backend = TorchBackend(folder, "cpu")
    assert np.abs(predictor.probabilities(TEXTS) - onnx).max() < TOLERANCE


def test_a_score_does_not_depend_on_its_company(folder: Path) -> None:
    predictor = load_predictor(folder, "cpu")
    together = predictor.probabilities(TEXTS * 5)
    alone = np.stack([predictor.probabilities([text])[0] for text in TEXTS])
    assert np.abs(together - np.tile(alone, (5, 1))).max() < TOLERANCE


def test_a_long_text_is_as_bad_as_its_worst_window(folder: Path) -> None:
    predictor = load_predictor(folder, "cpu")
    words = ("good film " * 10 + "you are bad " * 10).split()
    windows = [" ".join(words[start : start + 16]) for start in range(0, len(words), 12)]
    each = predictor.probabilities(windows[: 1 + (len(words) - 16 + 11) // 12])
    assert predictor.probabilities([" ".join(words)])[0] == pytest.approx(each.max(axis=0), abs=1e-5)


def test_answers_come_in_the_order_asked(folder: Path) -> None:
    predictor = load_predictor(folder, "cpu")
    forward = predictor.predict([Item(text) for text in TEXTS])
    backward = predictor.predict([Item(text) for text in reversed(TEXTS)])
    assert [each.scores for each in reversed(backward)] == [pytest.approx(each.scores, abs=1e-5) for each in forward]
    assert predictor.predict([]) == []


def test_altered_weights_do_not_load(folder: Path, tmp_path: Path) -> None:
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    raw = bytearray((tmp_path / "model.safetensors").read_bytes())
    raw[-1] ^= 1
    (tmp_path / "model.safetensors").write_bytes(raw)
    with pytest.raises(BrokenArtefact, match=r"model\.safetensors"):
        load_predictor(tmp_path, "cpu")


def test_the_artefact_can_be_trained_on(folder: Path) -> None:
    import torch

    from aimass_apps.inference.kinds.bert.torch_backend import read_network

    network = read_network(folder).train()
    ids = torch.randint(2, 12, (3, 7))
    network(ids, torch.ones_like(ids)).sum().backward()
    assert all(each.grad is not None for each in network.head.parameters())
