"""The rows of a training: read, checked against what will judge the model, and split."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from aimass_apps.ml.fit.progress import Progress, Report
from aimass_apps.ml.recipe.examples import Example, Split, read_splits, read_table
from aimass_apps.ml.recipe.leaks import Leak, find_leaks
from aimass_apps.ml.recipe.named import named
from aimass_apps.ml.recipe.schema import Recipe

CACHE = "leaks.json"


@dataclass(frozen=True, slots=True)
class Prepared:
    """Splits to train on, and how many rows of each source were left out as leaks."""

    splits: list[Split]
    dropped: dict[str, int]

    def without(self, leave_out: Callable[[str], bool]) -> Prepared:
        """The same without the training rows whose texts `leave_out` accepts."""
        kept = [
            Split(each.source, [row for row in each.training if not leave_out(row.text)], each.validation)
            for each in self.splits
        ]
        return Prepared(kept, self.dropped)


def prepare(recipe: Recipe, data: Path, out: Path, report: Report) -> Prepared:
    """Read the recipe's rows and check them. Raises `Leak` on a hit, unless the recipe drops such rows.

    The finding is kept under `out` by the hash of all texts, so that a resumed training need not repeat it.
    """
    splits = read_splits(recipe, data)
    texts = [row.text for split in splits for row in (*split.training, *split.validation)]
    test = list(_test_texts(recipe, data))
    leaked = _leaked(texts, test, out, report)
    if leaked and not recipe.drop_leaks:
        raise Leak(f"{len(leaked)} training rows stand in what judges the model: {', '.join(recipe.never)}")
    dropped = {split.source.name: sum(row.text in leaked for row in split.training) for split in splits}
    kept = [Split(each.source, _kept(each.training, leaked), _kept(each.validation, leaked)) for each in splits]
    return Prepared(kept, {name: count for name, count in dropped.items() if count})


def _kept(rows: Sequence[Example], leaked: set[str]) -> list[Example]:
    return [row for row in rows if row.text not in leaked]


def _test_texts(recipe: Recipe, data: Path) -> Iterator[str]:
    for each in recipe.never:
        if "/" in each:
            yield from (row["text"] for row in read_table(data / each))
        else:
            yield from named("never", each)()


def _leaked(texts: Sequence[str], test: Sequence[str], out: Path, report: Report) -> set[str]:
    digest = hashlib.sha256("\0".join([*texts, "\1", *test]).encode()).hexdigest()
    cache = out / CACHE
    if cache.is_file():
        held = json.loads(cache.read_text(encoding="utf-8"))
        if held["of"] == digest:
            return {texts[number] for number in held["rows"]}
    report(Progress("leak check", 0, len(texts)))
    rows = [hit.training for hit in find_leaks(texts, test)]
    out.mkdir(parents=True, exist_ok=True)
    # Several processes of one training may write the same: each beside, and then renamed.
    fresh = cache.with_suffix(f".{os.getpid()}")
    fresh.write_text(json.dumps({"of": digest, "rows": rows}), encoding="utf-8")
    fresh.replace(cache)
    report(Progress("leak check", len(texts), len(texts), f"{len(rows)} rows"))
    return {texts[number] for number in rows}
