"""How much of a network's time one text may take, counted in tokens that the network is given."""

import random

import numpy as np
import pytest
from tokenizers import Regex, Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Split

from aimass_apps.inference.kinds.bert.predictor import MOST_TOKENS, BertPredictor, Ids
from aimass_apps.inference.output_head import Array, plain_head
from aimass_apps.inference.predictor import Item

LETTERS = "abcdefghijklmnopqrstuvwxyz 好"
ORDINARY = "".join(random.Random(7).choices(LETTERS, k=20_000))


class Counting:
    """A network that answers by the ids it reads, and counts them, padding included."""

    def __init__(self) -> None:
        self.tokens = 0

    def logits(self, ids: Ids, mask: Ids) -> Array:
        self.tokens += ids.size
        return np.asarray((ids * mask).sum(axis=1, keepdims=True) % 97 / 97, np.float32)


@pytest.fixture
def model() -> BertPredictor:
    """Every character is a token, those that it does not know as well."""
    tokenizer = Tokenizer(WordLevel({sign: place for place, sign in enumerate(("?", *LETTERS))}, unk_token="?"))
    tokenizer.pre_tokenizer = Split(Regex("."), "isolated")
    return BertPredictor(tokenizer, plain_head([{"activation": "sigmoid", "labels": ["toxic"]}], 128), Counting())


def cost(model: BertPredictor, text: str) -> int:
    model.backend = Counting()
    model.predict([Item(text)])
    return model.backend.tokens


def test_the_longest_ordinary_text_is_read_whole(model: BertPredictor) -> None:
    [answer] = model.predict([Item(ORDINARY)])
    assert answer.scores["toxic"] == pytest.approx(model.probabilities([ORDINARY]).item())
    assert cost(model, ORDINARY) >= len(ORDINARY)


@pytest.mark.parametrize(
    "text",
    [
        *(sign * 20_000 for sign in ("😀", "!", "\ufdfa", "㍿", "½")),
        *("😀🐎" * 10_000, "😀 " * 10_000, "a1 ½" * 5_000, "\U0001f468\u200d" * 10_000),
        "".join(chr(0x1F300 + place * 31 % 700) for place in range(20_000)),
    ],
)
def test_no_text_of_that_length_costs_more_by_much(model: BertPredictor, text: str) -> None:
    assert cost(model, text) <= 1.2 * cost(model, ORDINARY)


def test_a_text_of_too_many_tokens_gets_no_scores_and_the_others_theirs(model: BertPredictor) -> None:
    texts = ["good day", ORDINARY * 2, "\ufdfa" * 20_000, "bad day"]
    answers = model.predict([Item(text) for text in texts])
    assert [bool(answer.scores) for answer in answers] == [True, False, False, True]
    alone = [model.predict([Item(text)])[0] for text in ("good day", "bad day")]
    assert [answers[0], answers[3]] == alone
    model.backend = Counting()
    model.predict([Item(text) for text in texts[1:3]])
    assert model.backend.tokens == 0


def test_equal_windows_are_read_once_and_count_as_often_as_they_stand(model: BertPredictor) -> None:
    assert cost(model, "a" * 9_600) <= 3 * 128
    model.head = plain_head([{"activation": "sigmoid", "labels": ["toxic"]}], 128, "mean")
    windows = model._windows(["a" * 9_600])
    one_by_one = np.stack([model._logits([[window]])[0] for window in windows[0]])
    assert model.logits(["a" * 9_600])[0] == pytest.approx(one_by_one.mean(axis=0))
    assert sum(map(len, windows[0])) <= MOST_TOKENS
