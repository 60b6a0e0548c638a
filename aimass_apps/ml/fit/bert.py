"""Fine-tune an encoder on a recipe's rows: masked loss, little padding, checkpoints, any number of GPUs."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from accelerate import Accelerator
from tokenizers import Tokenizer
from torch.nn import functional

from aimass_apps.inference.devices import multiplies_bf16
from aimass_apps.inference.kinds.bert.network import TextClassifier, freeze_embeddings, freeze_layers
from aimass_apps.inference.text.normalise import normalise
from aimass_apps.ml.fit import checkpoints
from aimass_apps.ml.fit.adapters import add_adapters, merge_adapters
from aimass_apps.ml.fit.base_model import open_base
from aimass_apps.ml.fit.progress import Progress, Report
from aimass_apps.ml.recipe.examples import Example, Split, as_arrays, epoch, epoch_sizes
from aimass_apps.ml.recipe.provenance import training_sha256
from aimass_apps.ml.recipe.schema import Recipe, settings_as
from aimass_apps.ml.recipe.settings import BertSettings
from aimass_apps.ml.shrink.prune import keep_layers, keep_neurons

WINDOW = 50  # batches whose rows are sorted together: enough to lose the padding, few enough to stay random

Watch = Callable[[int, TextClassifier], None]  # called with step and network after each checkpoint


@dataclass(slots=True)
class Fitted:
    """A trained network with its tokenizer; `curves` holds one entry for each report (step, loss, rate)."""

    model: TextClassifier
    tokenizer: Tokenizer
    settings: BertSettings
    curves: list[dict[str, float]]


def fit_bert(recipe: Recipe, splits: Sequence[Split], out: Path, report: Report, watch: Watch | None = None) -> Fitted:
    """Train, or go on from the checkpoint under `out`. The same recipe, data and seed give the same weights.

    `progress.Stopped` raised by `report` leaves a checkpoint behind. On several GPUs start it with `accelerate launch`,
    on several CPUs with `torchrun`: each process takes its share of every batch. Raises `BadRecipe`.
    """
    settings = settings_as(recipe, BertSettings)
    torch.manual_seed(recipe.seed)
    model, tokenizer = open_base(recipe)
    model.dropout.p = settings.dropout
    _prune(model, settings)
    start = {name: each.detach().clone() for name, each in model.encoder.named_parameters()}
    _shape(model, settings)
    run = _Run(recipe, settings, splits, out, report, model, watch)
    run.train(tokenizer)
    if settings.adapter:
        merge_adapters(run.model)
    draw_back(run.model, start, settings.keep_base)
    return Fitted(run.model, tokenizer, settings, run.curves)


def draw_back(model: TextClassifier, start: Mapping[str, torch.Tensor], share: float) -> None:
    """Put `share` of the encoder's weights at the `start` into those it has now, in place."""
    with torch.no_grad():
        for name, weight in model.encoder.named_parameters():
            weight.lerp_(start[name].to(weight.device), share)


def _prune(model: TextClassifier, settings: BertSettings) -> None:
    if settings.layers:
        keep_layers(model, settings.layers)
    if settings.neurons:
        keep_neurons(model, settings.neurons)


def _shape(model: TextClassifier, settings: BertSettings) -> None:
    """Freeze and adapt the network as the settings say."""
    if settings.freeze_embeddings:
        freeze_embeddings(model)
    freeze_layers(model, settings.freeze_layers)
    if settings.adapter:
        add_adapters(model, rank=settings.rank, alpha=settings.alpha, targets=settings.targets)


def encode(tokenizer: Tokenizer, texts: Sequence[str], tokens: int) -> list[list[int]]:
    """Token ids of the normalised texts, cut to `tokens`."""
    tokenizer.no_padding()
    tokenizer.enable_truncation(tokens)
    return [each.ids for each in tokenizer.encode_batch([normalise(text).text for text in texts])]


def length_grouped(lengths: Sequence[int], batch: int, seed: int) -> list[list[int]]:
    """Positions in batches of about one length, in random order."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(lengths))
    batches: list[list[int]] = []
    for start in range(0, len(order), batch * WINDOW):
        window = sorted(order[start : start + batch * WINDOW].tolist(), key=lambda each: lengths[each])
        batches.extend(window[at : at + batch] for at in range(0, len(window), batch))
    return [batches[each] for each in rng.permutation(len(batches))]


def pad(ids: Sequence[Sequence[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Ids and mask, int64 of shape (rows, longest row)."""
    width = max(len(row) for row in ids)
    padded = torch.zeros((len(ids), width), dtype=torch.int64)
    mask = torch.zeros_like(padded)
    for number, row in enumerate(ids):
        padded[number, : len(row)] = torch.tensor(row)
        mask[number, : len(row)] = 1
    return padded, mask


def masked_loss(
    logits: torch.Tensor, targets: torch.Tensor, weights: torch.Tensor, groups: Sequence[Mapping[str, Any]]
) -> torch.Tensor:
    """Binary cross-entropy over sigmoid groups and cross-entropy over softmax groups, unannotated parts left out."""
    total = logits.new_zeros(())
    start = 0
    for group in groups:
        part = slice(start, start + len(group["labels"]))
        start = part.stop
        wanted, weight = targets[:, part], weights[:, part]
        if group["activation"] == "sigmoid":
            each = functional.binary_cross_entropy_with_logits(logits[:, part], wanted, reduction="none")
        else:
            each = -(wanted * functional.log_softmax(logits[:, part], dim=1)).sum(dim=1)
            weight = weight[:, 0]
        total = total + (each * weight).sum() / weight.sum().clamp(min=1.0)
    return total


def _paced(model: TextClassifier, settings: BertSettings) -> list[dict[str, Any]]:
    """What is trained, in groups: matrices decay, biases and norms do not, and the fresh head has its own pace."""
    head = {id(each) for each in model.head.parameters()}
    trained = [each for each in model.parameters() if each.requires_grad]
    return [
        {
            "params": [each for each in trained if (each.ndim > 1) is matrix and (id(each) in head) is fresh],
            "weight_decay": settings.weight_decay if matrix else 0.0,
            "pace": settings.head_pace if fresh else 1.0,
        }
        for matrix in (True, False)
        for fresh in (False, True)
    ]


def _label_weights(recipe: Recipe, settings: BertSettings) -> np.ndarray:
    return np.array([settings.label_weights.get(label, 1.0) for label in recipe.labels], np.float32)


class _Run:
    """One training with its optimizer, schedule and place in the epochs."""

    def __init__(
        self,
        recipe: Recipe,
        settings: BertSettings,
        splits: Sequence[Split],
        out: Path,
        report: Report,
        model: TextClassifier,
        watch: Watch | None,
    ) -> None:
        self.recipe, self.settings, self.splits, self.out, self.report = recipe, settings, splits, out, report
        self.watch, self.pull = watch, _label_weights(recipe, settings)
        self.training = training_sha256(recipe, splits)
        self.accelerator = Accelerator()
        self.bf16 = settings.bf16 and multiplies_bf16()
        self.model = model
        self.optimizer = torch.optim.AdamW(_paced(model, settings), lr=settings.learning_rate, fused=True)
        sizes = epoch_sizes(splits, settings.epochs, recipe.seed)
        self.steps = [-(-size // settings.batch) for size in sizes]
        self.total = min(sum(self.steps), settings.steps or sum(self.steps))
        self.curves: list[dict[str, float]] = []
        self.started, self.rows = time.monotonic(), 0

    def train(self, tokenizer: Tokenizer) -> None:
        state = checkpoints.resume(self.out, self.model, self.optimizer, self.training)
        state = state or {"step": 0, "curves": []}
        self.curves = list(state["curves"])
        first, step = int(state["step"]), 0
        wrapped, optimizer = self.accelerator.prepare(self.model, self.optimizer)
        wrapped.train()
        for number, steps in enumerate(self.steps, start=1):
            if step + steps <= first:
                step += steps
                continue
            for batch in self._batches(tokenizer, number):
                step += 1
                if first < step <= self.total:
                    self._step(wrapped, optimizer, batch, step)
        self.model = self.accelerator.unwrap_model(wrapped).cpu().eval()

    def _batches(self, tokenizer: Tokenizer, number: int) -> Iterator[tuple[torch.Tensor, ...]]:
        examples: list[Example] = epoch(self.splits, number, self.recipe.seed)
        ids = encode(tokenizer, [each.text for each in examples], self.settings.tokens)
        targets, weights = as_arrays(examples, self.recipe)
        mine, world = self.accelerator.process_index, self.accelerator.num_processes
        for batch in length_grouped([len(each) for each in ids], self.settings.batch, self.recipe.seed + number):
            rows = batch[mine::world] or batch[:1]
            padded, mask = pad([ids[each] for each in rows])
            yield padded, mask, torch.from_numpy(targets[rows]), torch.from_numpy(weights[rows] * self.pull)

    def _step(self, model: Any, optimizer: Any, batch: tuple[torch.Tensor, ...], step: int) -> None:
        # Seeded anew at each step, so that a resumed training draws the same dropout.
        torch.manual_seed(self.recipe.seed * 1_000_003 + step + 7_919 * self.accelerator.process_index)
        for group in optimizer.param_groups:
            group["lr"] = self.settings.learning_rate * group["pace"] * self._warmth(step)
        ids, mask, targets, weights = (each.to(self.accelerator.device) for each in batch)
        # Not the accelerator's own setting: that holds for a whole process, and a teacher may need another.
        with torch.autocast(self.accelerator.device.type, torch.bfloat16, enabled=self.bf16):
            logits = model(ids, mask)
        loss = masked_loss(logits.float(), targets, weights, self.recipe.groups)
        self.accelerator.backward(loss)
        self.accelerator.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        self.rows += len(ids) * self.accelerator.num_processes
        self._tell(step, float(loss.detach()))

    def _warmth(self, step: int) -> float:
        total = self.total
        warm = max(1, int(total * self.settings.warmup))
        return step / warm if step < warm else max(0.02, (total - step) / max(1, total - warm))

    def _tell(self, step: int, loss: float) -> None:
        if not self.accelerator.is_main_process:
            return
        total = self.total
        speed = self.rows / (time.monotonic() - self.started)
        if step % 20 == 0 or step == total:
            self.curves.append({"step": step, "loss": round(loss, 4), "rows_per_second": round(speed, 1)})
        if step % self.settings.checkpoint_every == 0 or step == total:
            self.save(step)
            if self.watch is not None:
                self.watch(step, self.model)
        self.report(Progress("train", step, total, f"loss {loss:.3f}, {speed:.1f} rows/s"))

    def save(self, step: int) -> None:
        state = {
            "step": step,
            "curves": self.curves,
            "settings": asdict(self.settings),
            "seed": self.recipe.seed,
        }
        checkpoints.save(self.out, self.model, self.optimizer, state, self.training)
        (self.out / "curves.json").write_text(json.dumps(self.curves), encoding="utf-8")
