"""A recipe: the committed TOML file from which an artefact can be trained again, seed and all.

`[[source]]` tables name a file below the data directory, its licence, how many rows to take and how its
columns become labels. A label that a source did not annotate is left out there and gives no gradient.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from annotated_types import Len, MinLen, Predicate

from aimass_apps.ml.recipe.named import NotRegistered, Sort, named, refuse_unknown
from aimass_apps.ml.recipe.settings import BertSettings, EnsembleSettings
from aimass_apps.registry.kinds import keys_where, kind_of, load
from aimass_apps.strict_files import AtLeastOne, AtLeastZero, BadFile, Count, Share, Text, checked, read_toml

S = TypeVar("S")

EARLIER = "recipe:"  # what a base begins with that another recipe gives
PACKAGE = "package:"  # and one that an installed package gives


class BadRecipe(BadFile):
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
    always: Share | None = None
    positive_weight: AtLeastZero = 1.0
    negative_weight: AtLeastZero = 1.0

    def __post_init__(self) -> None:
        if bool(self.column) == (self.always is not None):
            raise ValueError("needs either a column or always")


@dataclass(frozen=True, slots=True)
class Source:
    """Rows from one file, or from a generator: the registered name of `f(seed, n)` that gives (text, {label: value}),
    or these with facts.

    `rows` are drawn anew for each epoch (0: all), half of them positive for the label `balance` where that
    is set; rows positive for a label in `repeat` come that many times. A generator makes `pool` rows in all.
    `noise` is the share written the way people dodge filters. `from_epoch` lets a source join late.
    `validation` is the share held back for calibration and thresholds.
    """

    name: Text
    licence: Text
    labels: Mapping[str, LabelRule] = field(default_factory=dict)
    file: str = ""
    generator: str = ""
    from_epoch: AtLeastOne = 1
    credit: str = ""
    rows: Count = 0
    pool: Count = 0
    weight: AtLeastZero = 1.0
    balance: str = ""
    noise: Share = 0.0
    repeat: Mapping[str, AtLeastOne] = field(default_factory=dict)
    validation: Share = 0.06


def be_a_kind_that_is_trained(name: str) -> bool:
    return name in keys_where(lambda kind: bool(kind.settings))


@dataclass(frozen=True, kw_only=True)
class _Told:
    """What a recipe's file says outside its sources and groups."""

    desk: Text
    kind: Annotated[str, Predicate(be_a_kind_that_is_trained)]
    language: Annotated[str, Len(1, 8)]
    name: Annotated[str, Len(1, 120)]
    seed: Count
    base: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    thresholds: Mapping[str, Share] = field(default_factory=dict)
    least: Mapping[str, Share] = field(default_factory=dict)
    never: tuple[Text, ...] = ()
    drop_leaks: bool = False
    limits: str = ""


@dataclass(frozen=True, kw_only=True)
class _Group:
    activation: Literal["sigmoid", "softmax"]
    labels: tuple[Text, ...] = ()
    labels_from: str = ""

    def __post_init__(self) -> None:
        if bool(self.labels) == bool(self.labels_from):
            raise ValueError("needs either labels or labels_from")


@dataclass(frozen=True, kw_only=True)
class _File(_Told):
    source: tuple[Source, ...]
    group: Annotated[tuple[_Group, ...], MinLen(1)]


@dataclass(frozen=True, kw_only=True)
class Recipe(_Told):
    """Everything that decides an artefact, apart from the data itself.

    `never` names what judges the model: files below the data directory, or registered functions that
    give texts. A training row that stands there stops the training, or is left out with `drop_leaks`.
    `base` is a package, a directory, an artefact or `recipe:PATH` (from this recipe's folder), which is trained first;
    `base_name` is what the card calls a base that is a folder. `thresholds` are precisions to reach on validation rows,
    `least` the lowest threshold allowed. `settings` fit the kind's shape in `ml.recipe.settings`.
    """

    path: Path
    sources: tuple[Source, ...]
    groups: tuple[Mapping[str, Any], ...]
    base_name: str = ""

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of all groups, in the order of the model's outputs."""
        return tuple(label for group in self.groups for label in group["labels"])


def read_recipe(path: Path) -> Recipe:
    """Read and check a recipe. Raises `BadRecipe`."""
    file = read_toml(path, _File, BadRecipe)
    for place, what in _faults(file):
        raise BadRecipe(what, path, place)
    groups = tuple(_plain(each) for each in file.group)
    told = {each.name: getattr(file, each.name) for each in fields(_Told)}
    recipe = Recipe(path=path, sources=file.source, groups=groups, **told)
    for place, what in _faults_of_labels(recipe):
        raise BadRecipe(what, path, place)
    for place, what in _faults_of_settings(settings_of(recipe), recipe):
        raise BadRecipe(what, path, place)
    return recipe


def recipe_sha256(recipe: Recipe) -> str:
    """The SHA-256 of its file: whatever changes in it, changes this."""
    return hashlib.sha256(recipe.path.read_bytes()).hexdigest()


def settings_of(recipe: Recipe) -> Any:
    """The recipe's settings in their kind's shape (`registry.kinds.Kind.settings`). Raises `BadRecipe`."""
    shape = load(kind_of(recipe.kind).settings)
    return checked(recipe.settings, shape, BadRecipe, recipe.path, "settings")


def settings_as(recipe: Recipe, shape: type[S]) -> S:
    """The same where they must be of one kind. Raises `BadRecipe`."""
    found = settings_of(recipe)
    if not isinstance(found, shape):
        raise BadRecipe(f"kind {recipe.kind} is not trained so", recipe.path)
    return found


def _plain(group: _Group) -> dict[str, Any]:
    labels = named("labels_from", group.labels_from)() if group.labels_from else group.labels
    return {"activation": group.activation, "labels": list(labels)}


def _faults(file: _File) -> Iterator[tuple[str, str]]:
    """(place, what is wrong) of names that no desk registered, and of keys that would do nothing."""
    yield from _unknown("desk", file.desk, "desk")
    for number, source in enumerate(file.source):
        yield from _faults_of_source(source, f"source[{number}]")
    for number, group in enumerate(file.group):
        if group.labels_from:
            yield from _unknown("labels_from", group.labels_from, f"group[{number}].labels_from")
    for number, name in enumerate(file.never):
        if "/" not in name:
            yield from _unknown("never", name, f"never[{number}]")
    if file.base.startswith(PACKAGE):
        yield from _unknown("base", file.base.removeprefix(PACKAGE), "base")


def _faults_of_source(source: Source, place: str) -> Iterator[tuple[str, str]]:
    if bool(source.file) == bool(source.generator):
        yield place, "needs either a file or a generator"
    if source.generator:
        yield from _unknown("generator", source.generator, f"{place}.generator")
    if source.generator and source.labels:
        yield f"{place}.labels", "does nothing beside a generator, which names its labels itself"
    if source.file and source.pool:
        yield f"{place}.pool", "does nothing beside a file"


def _unknown(sort: Sort, name: str, place: str) -> Iterator[tuple[str, str]]:
    try:
        refuse_unknown(sort, name)
    except NotRegistered as error:
        yield place, str(error)


def _faults_of_labels(recipe: Recipe) -> Iterator[tuple[str, str]]:
    yield from _twice("group", recipe.labels)
    yield from _twice("source", [each.name for each in recipe.sources])
    known = set(recipe.labels)
    used: dict[str, Iterable[str]] = {"thresholds": recipe.thresholds, "least": recipe.least}
    for number, source in enumerate(recipe.sources):
        used[f"source[{number}].labels"] = source.labels
        used[f"source[{number}].repeat"] = source.repeat
        used[f"source[{number}].balance"] = [source.balance] if source.balance else []
    for place, labels in used.items():
        if unknown := sorted(set(labels) - known):
            yield place, f"labels that no group has: {', '.join(unknown)}"


def _faults_of_settings(settings: object, recipe: Recipe) -> Iterator[tuple[str, str]]:
    if isinstance(settings, EnsembleSettings):
        yield from _unknown("groups", settings.groups, "settings.groups")
        yield from _unknown("out_of_scope_texts", settings.out_of_scope_texts, "settings.out_of_scope_texts")
        if settings.measured_on not in {each.name for each in recipe.sources}:
            yield "settings.measured_on", f"no source is called {settings.measured_on}"
    if isinstance(settings, BertSettings) and (unknown := sorted(set(settings.label_weights) - set(recipe.labels))):
        yield "settings.label_weights", f"labels that no group has: {', '.join(unknown)}"


def _twice(place: str, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    for name, count in Counter(names).items():
        if count > 1:
            yield place, f"{name} stands here {count} times"


def find_recipe(folders: Iterable[Path], desk: str, kind: str, language: str) -> Recipe:
    """The committed recipe for a place. Raises `BadRecipe` when there is none."""
    for path in sorted(path for folder in folders for path in Path(folder).glob(f"*-{kind}-{language}.toml")):
        recipe = read_recipe(path)
        if (recipe.desk, recipe.kind, recipe.language) == (desk, kind, language):
            return recipe
    raise BadRecipe(f"no recipe trains {desk} {kind} {language}")
