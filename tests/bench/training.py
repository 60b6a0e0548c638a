"""Is our training as quick as a plain Hugging Face `Trainer` script? Rows a second of both, on the same rows.

`make bench-training` runs it: the English recipe's base, batch, tokens, precision and frozen embeddings, one epoch of
1,536 rows, the sides one after the other in turns, so that other work on the machine meets all of them. The plain
script takes its batches in random order, as `Trainer` does by itself; a second one groups them by length.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import psutil
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer, DataCollatorWithPadding, Trainer
from transformers import TrainingArguments as Arguments
from transformers.utils import logging

from aimass_apps.inference.devices import multiplies_bf16
from aimass_apps.inference.kinds.bert.network import base_path
from aimass_apps.ml.fit.bert import fit_bert
from aimass_apps.ml.fit.progress import silent
from aimass_apps.ml.recipe.examples import Example, Split, as_arrays, read_splits, subset
from aimass_apps.ml.recipe.schema import Recipe, read_recipe, settings_as
from aimass_apps.ml.recipe.settings import BertSettings

RECIPE = Path("moderation/recipes/toxicity-bert-en.toml")
OURS, PLAIN, GROUPED = "manage.py train", "Trainer, random batches", "Trainer, grouped by length"


class Speed(NamedTuple):
    """By the clock, and by the processor's time, which other work on the machine hardly touches."""

    rows_a_second: float
    rows_a_cpu_second: float


def measure(recipe: Recipe, splits: Sequence[Split], turns: int) -> dict[str, list[Speed]]:
    """The speed of each side in each turn."""
    examples = [row for split in splits for row in split.training]
    sides: dict[str, Callable[[], None]] = {
        OURS: lambda: ours(recipe, splits),
        GROUPED: lambda: plain(recipe, examples, "group_by_length"),
        PLAIN: lambda: plain(recipe, examples, "random"),
    }
    speeds: dict[str, list[Speed]] = {name: [] for name in sides}
    for turn in range(turns):
        # Each turn begins with another side, so that none is always the first.
        for name in [*sides][turn % 3 :] + [*sides][: turn % 3]:
            began, worked = time.perf_counter(), time.process_time()
            sides[name]()
            spent, work = time.perf_counter() - began, time.process_time() - worked
            speeds[name].append(Speed(len(examples) / spent, len(examples) / work))
    return speeds


def ours(recipe: Recipe, splits: Sequence[Split]) -> None:
    """What `manage.py train` does between reading the rows and compressing the network."""
    with tempfile.TemporaryDirectory() as folder:
        fit_bert(recipe, splits, Path(folder), silent)


def plain(recipe: Recipe, examples: Sequence[Example], strategy: str) -> None:
    """The script that one writes first: tokenise, pad by batch, `Trainer.train()`."""
    settings = settings_as(recipe, BertSettings)
    tokenizer = AutoTokenizer.from_pretrained(base_path(recipe.base))
    model = AutoModelForSequenceClassification.from_pretrained(
        base_path(recipe.base), num_labels=len(recipe.labels), problem_type="multi_label_classification"
    )
    model.get_input_embeddings().weight.requires_grad_(not settings.freeze_embeddings)
    encoded = tokenizer([row.text for row in examples], truncation=True, max_length=settings.tokens)
    targets, _ = as_arrays(examples, recipe)
    rows = [
        {"input_ids": ids, "attention_mask": mask, "labels": target}
        for ids, mask, target in zip(encoded["input_ids"], encoded["attention_mask"], targets, strict=True)
    ]
    with tempfile.TemporaryDirectory() as folder:
        arguments = Arguments(
            output_dir=folder,
            num_train_epochs=settings.epochs,
            per_device_train_batch_size=settings.batch,
            learning_rate=settings.learning_rate,
            train_sampling_strategy=strategy,
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
            dataloader_pin_memory=False,
            use_cpu=True,
            bf16=settings.bf16 and multiplies_bf16(),
            seed=recipe.seed,
        )
        Trainer(model, arguments, data_collator=DataCollatorWithPadding(tokenizer), train_dataset=rows).train()


def report(speeds: dict[str, list[Speed]], threads: int) -> str:
    """The table, and what else ran on the machine."""
    lines = [
        f"{os.cpu_count()} cores, {threads} threads, load average {os.getloadavg()[0]:.1f} (about {threads} is ours)",
        "| side | rows/s, each turn | median | ours beside it | rows a CPU-second | ours beside it |",
        "|---|---|---|---|---|---|",
    ]
    middle = {name: [statistics.median(part) for part in zip(*each, strict=True)] for name, each in speeds.items()}
    for name, each in speeds.items():
        turns = ", ".join(f"{speed.rows_a_second:.1f}" for speed in each)
        cells = [f"{mine:.1f} | {ours / mine:.2f}" for mine, ours in zip(middle[name], middle[OURS], strict=True)]
        lines.append(f"| {name} | {turns} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recipe", type=Path, default=RECIPE)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("AIMASS_DATA", ".")))
    parser.add_argument("--rows", type=int, default=1536)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--threads", type=int, default=psutil.cpu_count(logical=False) or 1)
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    logging.set_verbosity_error()
    recipe, splits = one_epoch(read_recipe(asked.recipe), asked.data, asked.rows)
    print(report(measure(recipe, splits, asked.turns), asked.threads))  # noqa: T201 - a command's answer


def one_epoch(recipe: Recipe, data: Path, rows: int) -> tuple[Recipe, list[Split]]:
    """The recipe for one epoch, and rows that both sides read letter by letter alike."""
    small = subset(read_splits(recipe, data), rows, recipe.seed)
    still = [replace(each, source=replace(each.source, noise=0.0)) for each in small]
    return replace(recipe, settings={**recipe.settings, "epochs": 1}), still


if __name__ == "__main__":
    main()
