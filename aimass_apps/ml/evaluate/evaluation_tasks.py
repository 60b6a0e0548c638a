"""What a test file asks: its truth, the labels that answer, its groups. `tasks.toml` of a desk says so for each."""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from aimass_apps.ml.recipe.examples import read_table
from aimass_apps.ml.recipe.schema import BadRecipe, LabelRule, by_path, read_rule


@dataclass(frozen=True, slots=True)
class Task:
    """One test. `truth` makes a yes or no, `labels` names label columns, `condition` the column of a diagnosis.

    `classes` cuts one column into several classes by labels in order, each from a limit of its own or its threshold;
    `group` and `function` are columns, `reader` makes a row of a raw one, `group_words` a group of the rows that hold
    the word; `sample` takes that many rows at most; every run on this test is written to the project's file `log`.
    """

    name: str
    file: str = ""
    generator: str = ""
    reader: str = ""
    language: str = "en"
    truth: LabelRule | None = None
    labels: tuple[str, ...] = ()
    answer: tuple[str, ...] = ()
    classes: Mapping[str, Any] | None = None
    condition: str = ""
    group: str = ""
    function: str = ""
    group_words: tuple[str, ...] = ()
    sample: int = 0
    log: str = ""


def read_tasks(path: Path) -> dict[str, Task]:
    """The tasks of a `tasks.toml`, by name. Raises `BadRecipe`."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        return {name: _task(name, each) for name, each in raw.items()}
    except (OSError, tomllib.TOMLDecodeError, TypeError) as error:
        raise BadRecipe(f"{path}: {error}") from error


def task_for(path: Path, tasks: Mapping[str, Task], labels: tuple[str, ...]) -> Task:
    """The task that names this file, else one read off its columns. Raises `BadRecipe` when none fits."""
    for task in tasks.values():
        if task.file and path.as_posix().endswith(task.file):
            return task
    first = next(iter(read_table(path)), {})
    found = tuple(label for label in labels if label in first)
    common: dict[str, Any] = {name: name for name in ("group", "function") if name in first}
    if "flag" in first:
        return Task(path.stem, truth=LabelRule(column="flag"), labels=found, **common)
    if "condition" in first:
        return Task(path.stem, condition="condition", **common)
    if not found:
        raise BadRecipe(f"{path}: needs a column flag, condition, or one of the labels {', '.join(labels[:9])}")
    return Task(path.stem, labels=found, **common)


def read_rows(task: Task, path: Path | None, seed: int = 1) -> list[dict[str, Any]]:
    """The task's rows, sampled where it says so."""
    rows = list(by_path(task.generator)() if task.generator else read_table(path or Path(task.file)))
    if task.reader:
        rows = [by_path(task.reader)(row) for row in rows]
    if task.sample and len(rows) > task.sample:
        rows = random.Random(seed).sample(rows, task.sample)  # noqa: S311 - sampling, not secrecy
    return rows


def groups_of(task: Task, rows: list[dict[str, Any]]) -> list[str]:
    """Each row's group: its column's value, or the longest of the task's words that its text holds."""
    if task.group:
        return [str(row[task.group]) for row in rows]
    if not task.group_words:
        return [""] * len(rows)
    words = sorted(task.group_words, key=len, reverse=True)
    pattern = re.compile(rf"\b({'|'.join(map(re.escape, words))})\b", re.IGNORECASE)
    found = [pattern.search(row["text"]) for row in rows]
    return [match[1].lower() if match else "" for match in found]


def _task(name: str, raw: dict[str, Any]) -> Task:
    known = {each.name for each in fields(Task)}
    if not set(raw) <= known:
        raise TypeError(f"{name}: unknown {', '.join(sorted(set(raw) - known))}")
    if "truth" in raw:
        raw = {**raw, "truth": read_rule(raw["truth"])}
    lists: dict[str, Any] = {key: tuple(raw[key]) for key in ("labels", "answer", "group_words") if key in raw}
    return Task(name=name, **(raw | lists))
