"""Rows and an encoder that several tests train on."""

from pathlib import Path

import pytest

from tests.support.small import BAD, GOOD


@pytest.fixture
def data(tmp_path: Path) -> Path:
    rows = [
        f"{words} number {i},{int(bad)}" for i in range(30) for bad, side in ((0, GOOD), (1, BAD)) for words in side
    ]
    (tmp_path / "rude.csv").write_text("text,toxic\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def base(tmp_path: Path) -> Path:
    torch = pytest.importorskip("torch")
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace
    from transformers import AutoConfig, AutoModel, PreTrainedTokenizerFast

    words = sorted({word for text in (*GOOD, *BAD, "number") for word in text.split()})
    vocabulary = {word: number for number, word in enumerate(["[PAD]", "[UNK]", "[MASK]", *words])}
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    folder = tmp_path / "base"
    shape = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    torch.manual_seed(5)  # the same encoder in every test
    AutoModel.from_config(AutoConfig.for_model("bert", vocab_size=100, **shape)).save_pretrained(folder)
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", mask_token="[MASK]", unk_token="[UNK]"
    ).save_pretrained(folder)
    return folder
