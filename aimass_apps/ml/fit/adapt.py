"""Self-supervised adaptation: an encoder guesses masked words of unlabelled texts, and so learns how they are written.

(Devlin et al. 2019; Gururangan et al. 2020, "Don't stop pretraining".) The result is a Hugging Face directory that a
recipe can name as its `base`. The head that guesses is our own, tied to the input embeddings, since sentence encoders
come without one; it learns alone at first, so that its first blind steps do not spoil the encoder.
"""

from __future__ import annotations

import hashlib
import json
import math
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import nn
from torch.nn import functional
from transformers import AutoTokenizer

from aimass_apps.draws import drawn
from aimass_apps.inference.kinds.bert.network import base_path, freeze_embeddings, from_base
from aimass_apps.ml.fit import checkpoints
from aimass_apps.ml.fit.bert import encode, length_grouped, pad
from aimass_apps.ml.fit.progress import Progress, Report
from aimass_apps.ml.recipe.provenance import LIBRARIES, installed

SUMMARY = "adaptation.json"
HELD_BACK = 0.05
ENOUGH = 40  # texts; with fewer nothing can be measured
HEAD_PACE = 20.0  # how much faster the fresh head learns
JUDGED = 500  # held-back texts at most


class TooFewTexts(ValueError):
    """There are not enough different texts to adapt to."""


class NoMaskToken(ValueError):
    """The base's tokenizer has no token for a hidden word, so it can't be adapted this way."""


@dataclass(frozen=True, slots=True)
class Settings:
    """`masked` is the share of tokens to guess, `head_share` the share of steps in which the head learns alone."""

    epochs: int = 1
    steps: int = 0
    learning_rate: float = 5e-5
    batch: int = 32
    tokens: int = 96
    masked: float = 0.15
    head_share: float = 0.3
    checkpoint_every: int = 200
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Adapted:
    """Losses on held-back texts, nats for each hidden token: a trained head on the old encoder, and at the end."""

    before: float
    after: float
    texts: int
    steps: int

    @property
    def perplexities(self) -> tuple[float, float]:
        return math.exp(self.before), math.exp(self.after)


class WordGuesser(nn.Module):
    """An encoder with a head like BERT's: dense, GELU, layer norm, then the input embeddings turned around."""

    def __init__(self, encoder: Any) -> None:
        super().__init__()
        self.encoder = encoder
        words, width = encoder.get_input_embeddings().weight.shape
        self.dense = nn.Linear(encoder.config.hidden_size, width)
        self.norm = nn.LayerNorm(width)
        self.bias = nn.Parameter(torch.zeros(words))

    def loss(self, ids: torch.Tensor, mask: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
        """Mean cross-entropy over the places where `wanted` (texts, tokens) is not -100; 0 when there is none."""
        hidden = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        asked = wanted != -100  # only these are compared with the whole vocabulary
        guess = self.norm(functional.gelu(self.dense(hidden[asked])))
        logits = functional.linear(guess, self.encoder.get_input_embeddings().weight, self.bias)
        return functional.cross_entropy(logits, wanted[asked], reduction="sum") / asked.sum().clamp(min=1)


def adapt(base: str, texts: Iterable[str], out: Path, settings: Settings, report: Report) -> Adapted:
    """Adapt `base` to `texts` and write the encoder to `out`; a stopped adaptation goes on from `out.work`.

    `out` is not touched before the end. Raises `TooFewTexts`, `NoMaskToken`, and `progress.Stopped` from `report`.
    """
    torch.manual_seed(settings.seed)
    tokenizer = AutoTokenizer.from_pretrained(base_path(base))
    if tokenizer.mask_token_id is None:
        raise NoMaskToken(f"{base} has no token for a hidden word.")
    training, held_back = split_texts(texts)
    encoder = from_base(base, 1).encoder
    run = _Run(base, WordGuesser(encoder), tokenizer, settings, out.with_name(out.name + ".work"), report)
    adapted = run.go(training, held_back)
    fresh = out.with_name(out.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    encoder.cpu().save_pretrained(fresh)
    tokenizer.save_pretrained(fresh)
    summary = {**asdict(adapted), "base": base, "settings": asdict(settings), "libraries": dict(installed(LIBRARIES))}
    (fresh / SUMMARY).write_text(json.dumps(summary, indent=1), encoding="utf-8")
    shutil.rmtree(out, ignore_errors=True)
    fresh.rename(out)
    shutil.rmtree(run.work, ignore_errors=True)
    return adapted


def split_texts(texts: Iterable[str]) -> tuple[list[str], list[str]]:
    """Different texts to learn from and to measure on, parted by their hash. Raises `TooFewTexts`."""
    different = sorted({text for text in texts if text.strip()})
    parts: tuple[list[str], list[str]] = ([], [])
    for text in different:
        parts[drawn(text) < HELD_BACK].append(text)
    if len(different) < ENOUGH or not all(parts):
        raise TooFewTexts(f"{len(different)} different texts are too few to adapt to.")
    return parts


def hide(
    ids: torch.Tensor, usable: torch.Tensor, tokenizer: Any, share: float, seed: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Ids with a `share` of the usable ones hidden, and what stood there (-100 elsewhere), both of `ids`' shape.

    Of the hidden, 80 % become the mask token, 10 % another word, 10 % stay (Devlin et al. 2019).
    """
    draw = torch.Generator().manual_seed(seed)
    asked = (torch.rand(ids.shape, generator=draw) < share) & usable
    wanted = ids.masked_fill(~asked, -100)
    how = torch.rand(ids.shape, generator=draw)
    others = torch.randint(len(tokenizer), ids.shape, generator=draw)
    hidden = torch.where(asked & (how < 0.8), torch.full_like(ids, tokenizer.mask_token_id), ids)
    return torch.where(asked & (how >= 0.9), others, hidden), wanted


class _Run:
    """One adaptation with its optimizer and place."""

    def __init__(
        self, base: str, model: WordGuesser, tokenizer: Any, settings: Settings, work: Path, report: Report
    ) -> None:
        self.model, self.tokenizer, self.settings, self.work, self.report = model, tokenizer, settings, work, report
        # Not of the texts: a site's posts go on arriving while an adaptation rests.
        self.training = hashlib.sha256(repr((base, settings)).encode()).hexdigest()
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        freeze_embeddings(model)
        model.to(self.device)
        head = [each for name, each in model.named_parameters() if not name.startswith("encoder.")]
        inner = [each for each in model.encoder.parameters() if each.requires_grad]
        self.optimizer = torch.optim.AdamW([{"params": head}, {"params": inner}], lr=settings.learning_rate)
        self.special = torch.tensor(tokenizer.all_special_ids)

    def go(self, training: Sequence[str], held_back: Sequence[str]) -> Adapted:
        state = checkpoints.resume(self.work, self.model, self.optimizer, self.training) or {"step": 0, "before": 0.0}
        settings = self.settings
        backend: Tokenizer = self.tokenizer.backend_tokenizer
        ids = encode(backend, training, settings.tokens)
        judged = encode(backend, held_back[:JUDGED], settings.tokens)
        epoch = -(-len(ids) // settings.batch)
        total = min(epoch * settings.epochs, settings.steps or epoch * settings.epochs)
        alone = max(1, int(total * settings.head_share))
        before = float(state["before"])
        for step, batch in self._batches(ids, int(state["step"]), total):
            loss = self._step([ids[each] for each in batch], step, total, alone)
            if step == alone:
                before = self._measure(judged)
            if step % settings.checkpoint_every == 0 or step == total:
                checkpoints.save(self.work, self.model, self.optimizer, {"step": step, "before": before}, self.training)
            self.report(Progress("adapt", step, total, f"loss {loss:.3f}" + (", head alone" * (step <= alone))))
        return Adapted(round(before, 4), round(self._measure(judged), 4), len(training), total)

    def _batches(self, ids: Sequence[Sequence[int]], first: int, total: int) -> Iterator[tuple[int, list[int]]]:
        step, number = 0, 0
        while step < total:
            for batch in length_grouped([len(each) for each in ids], self.settings.batch, self.settings.seed + number):
                step += 1
                if first < step <= total:
                    yield step, batch
            number += 1

    def _step(self, rows: Sequence[Sequence[int]], step: int, total: int, alone: int) -> float:
        seed = self.settings.seed * 1_000_003 + step
        torch.manual_seed(seed)  # the same dropout when the adaptation goes on from a checkpoint
        self.model.train()
        pace = self.settings.learning_rate * max(0.02, 1 - step / total)
        self.optimizer.param_groups[0]["lr"] = pace * HEAD_PACE
        self.optimizer.param_groups[1]["lr"] = pace if step > alone else 0.0
        loss = self._loss(rows, seed)
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        return float(loss.detach())

    def _loss(self, rows: Sequence[Sequence[int]], seed: int) -> torch.Tensor:
        ids, mask = pad(rows)
        usable = (mask == 1) & ~torch.isin(ids, self.special)
        hidden, wanted = hide(ids, usable, self.tokenizer, self.settings.masked, seed)
        return self.model.loss(*(each.to(self.device) for each in (hidden, mask, wanted)))

    @torch.inference_mode()
    def _measure(self, ids: Sequence[Sequence[int]]) -> float:
        """Mean loss over batches of held-back texts, whose hidden words are the same each time."""
        self.model.eval()
        starts = range(0, len(ids), self.settings.batch)
        losses = [
            float(self._loss(ids[each : each + self.settings.batch], self.settings.seed + each)) for each in starts
        ]
        return sum(losses) / len(losses)
