"""What a test file asks: its truth, the labels that answer, its groups. `tasks.toml` of a desk says so for each."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from annotated_types import MinLen

from aimass_apps.ml.recipe.examples import read_table
from aimass_apps.ml.recipe.named import NotRegistered, named, refuse_unknown
from aimass_apps.ml.recipe.schema import BadRecipe, LabelRule
from aimass_apps.strict_files import Count, Share, Text, checked, read_toml


@dataclass(frozen=True, slots=True)
class Classes:
    """`order` names class, label and perhaps a limit of its own; the first that is reached counts, else `otherwise`."""

    column: Text
    order: Annotated[tuple[tuple[Text, Text] | tuple[Text, Text, Share], ...], MinLen(1)]
    otherwise: Text


@dataclass(frozen=True, slots=True)
class Task:
    """One test. `truth` makes a yes or no, `labels` names label columns, `condition` the column of a diagnosis.

    `classes` cuts one column into several classes by labels;
    `group` and `function` are columns, `reader` makes a row of a raw one, `group_words` a group of the rows that hold
    the word; `sample` takes that many rows at most; every run on this test is written to the project's file `log`.
    """

    name: Text
    file: str = ""
    generator: str = ""
    reader: str = ""
    language: str = "en"
    truth: LabelRule | None = None
    labels: tuple[str, ...] = ()
    answer: tuple[str, ...] = ()
    classes: Classes | None = None
    condition: str = ""
    group: str = ""
    function: str = ""
    group_words: tuple[str, ...] = ()
    sample: Count = 0
    log: str = ""


def read_tasks(path: Path) -> dict[str, Task]:
    """The tasks of a `tasks.toml`, by name. Raises `BadRecipe`."""
    tables = read_toml(path, dict[str, dict[str, Any]], BadRecipe)
    if named_twice := [name for name, each in tables.items() if "name" in each]:
        raise BadRecipe("is the table's own name", path, f"{named_twice[0]}.name")
    named_tables = {name: {"name": name, **each} for name, each in tables.items()}
    tasks = checked(named_tables, dict[str, Task], BadRecipe, path)
    for task in tasks.values():
        _refuse_unknown(task, path)
    return tasks


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
    rows = list(named("test", task.generator)() if task.generator else read_table(path or Path(task.file)))
    if task.reader:
        rows = [named("reader", task.reader)(row) for row in rows]
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


def _refuse_unknown(task: Task, path: Path) -> None:
    if bool(task.file) == bool(task.generator):
        raise BadRecipe("needs either a file or a generator", path, task.name)
    try:
        if task.generator:
            refuse_unknown("test", task.generator)
        if task.reader:
            refuse_unknown("reader", task.reader)
    except NotRegistered as error:
        raise BadRecipe(str(error), path, task.name) from None
