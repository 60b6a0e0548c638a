"""A recipe: the committed TOML file from which an artefact can be trained again, seed and all.

`[[source]]` tables name a file below the data directory, its licence, how many rows to take and how its
columns become labels. A label that a source did not annotate is left out there and gives no gradient.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from importlib import import_module
from pathlib import Path
from typing import Any

EARLIER = "recipe:"  # what a base begins with that another recipe gives


class BadRecipe(ValueError):
    """The recipe can't be used; the message names the file and the entry."""


@dataclass(frozen=True, slots=True)
class LabelRule:
    """How one column becomes one label.

    Without `positive` the column is a number: at least `at_least` is positive, at most `at_most`
    negative, and what lies between is not annotated; with `soft` the number itself is the target.
    With `positive` (and perhaps `negative`) the column holds names; a name in neither is not annotated,
    or negative when `negative` is empty. Weights multiply the row's weight, 0 leaves the side out.
    """

    column: str = ""
    positive: tuple[str, ...] = ()
    negative: tuple[str, ...] = ()
    at_least: float = 0.5
    at_most: float = 0.499
    soft: bool = False
    always: float | None = None
    positive_weight: float = 1.0
    negative_weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Source:
    """Rows from one file, or from a generator: a dotted path to `f(seed, n)` that gives (text, {label: value}),
    or these with facts.

    `rows` are drawn anew for each epoch (0: all), half of them positive for the label `balance` where that
    is set; rows positive for a label in `repeat` come that many times. A generator makes `pool` rows in all.
    `noise` is the share written the way people dodge filters. `from_epoch` lets a source join late.
    `validation` is the share held back for calibration and thresholds.
    """

    name: str
    licence: str
    labels: Mapping[str, LabelRule] = field(default_factory=dict)
    file: str = ""
    generator: str = ""
    from_epoch: int = 1
    credit: str = ""
    rows: int = 0
    pool: int = 0
    weight: float = 1.0
    balance: str = ""
    noise: float = 0.0
    repeat: Mapping[str, int] = field(default_factory=dict)
    validation: float = 0.06


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides an artefact, apart from the data itself.

    `never` names what judges the model: files below the data directory, or dotted paths to functions that
    give texts. A training row that stands there stops the training, or is left out with `drop_leaks`.
    `base` is a package, a directory, an artefact or `recipe:PATH` (from this recipe's folder), which is trained first;
    `base_name` is what the card calls a base that is a folder. `thresholds` are precisions to reach on validation rows,
    `least` the lowest threshold allowed.
    """

    path: Path
    desk: str
    kind: str
    language: str
    name: str
    seed: int
    sources: tuple[Source, ...]
    groups: tuple[Mapping[str, Any], ...]
    base: str = ""
    base_name: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)
    least: Mapping[str, float] = field(default_factory=dict)
    never: tuple[str, ...] = ()
    drop_leaks: bool = False
    limits: str = ""

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of all groups, in the order of the model's outputs."""
        return tuple(label for group in self.groups for label in group["labels"])


def read_recipe(path: Path) -> Recipe:
    """Read and check a recipe. Raises `BadRecipe`."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        sources = tuple(_read_source(each) for each in raw.pop("source"))
        groups = tuple(_read_group(each) for each in raw.pop("group"))
        recipe = Recipe(path=path, sources=sources, groups=groups, never=tuple(raw.pop("never", ())), **raw)
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise BadRecipe(f"{path}: {error}") from error
    unknown = {label for each in sources for label in each.labels} - set(recipe.labels)
    if unknown:
        raise BadRecipe(f"{path}: sources use labels that no group has: {', '.join(sorted(unknown))}")
    return recipe


def recipe_sha256(recipe: Recipe) -> str:
    """The SHA-256 of its file: whatever changes in it, changes this."""
    return hashlib.sha256(recipe.path.read_bytes()).hexdigest()


def by_path(path: str) -> Any:
    """The object at a dotted path: so a desk names its generators and labels, which nothing here may import."""
    module, _, name = path.rpartition(".")
    return getattr(import_module(module), name)


def _read_group(raw: dict[str, Any]) -> dict[str, Any]:
    labels = raw["labels"] if "labels" in raw else by_path(raw["labels_from"])()
    if raw["activation"] not in {"sigmoid", "softmax"}:
        raise TypeError("a group's activation is sigmoid or softmax")
    return {"activation": raw["activation"], "labels": list(labels)}


def _read_source(raw: dict[str, Any]) -> Source:
    rules = {name: read_rule(rule) for name, rule in raw.pop("labels", {}).items()}
    return Source(labels=rules, **raw)


def read_rule(raw: dict[str, Any]) -> LabelRule:
    """A label rule from its TOML table. Raises `TypeError`."""
    known = {each.name for each in fields(LabelRule)}
    if not set(raw) <= known:
        raise TypeError(f"unknown label settings {', '.join(sorted(set(raw) - known))}")
    lists: dict[str, Any] = {name: tuple(raw[name]) for name in ("positive", "negative") if name in raw}
    return LabelRule(**(raw | lists))


def find_recipe(folders: Iterable[Path], desk: str, kind: str, language: str) -> Recipe:
    """The committed recipe for a place. Raises `BadRecipe` when there is none."""
    for path in sorted(path for folder in folders for path in Path(folder).glob(f"*-{kind}-{language}.toml")):
        recipe = read_recipe(path)
        if (recipe.desk, recipe.kind, recipe.language) == (desk, kind, language):
            return recipe
    raise BadRecipe(f"no recipe trains {desk} {kind} {language}")
