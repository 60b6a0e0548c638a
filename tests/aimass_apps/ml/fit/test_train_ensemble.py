"""An ensemble from its recipe: members asked about invented cases, limits from confirmed ones where they suffice."""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from aimass_apps.inference.kinds.ensemble.predictor import open_ensemble
from aimass_apps.inference.predictor import Answer, Item
from aimass_apps.ml.fit import train_ensemble as trained
from aimass_apps.ml.fit.progress import silent
from aimass_apps.ml.fit.train_ensemble import train_ensemble
from aimass_apps.ml.recipe import named
from aimass_apps.ml.recipe.examples import Example, Split
from aimass_apps.ml.recipe.prepare import Prepared, prepare
from aimass_apps.ml.recipe.schema import BadRecipe, Source, read_recipe
from aimass_apps.registry.artefacts import read_manifest, verify, write_manifest

LABELS = ("cold", "flu", "gout")
HERE = __name__
RECIPE = """
desk = "triage"
kind = "ensemble"
language = "any"
name = "small"
seed = 5
limits = "For tests."
[settings]
members = ["bert", "svm"]
measured_on = "further"
groups = "test.groups"
out_of_scope_texts = "test.out_of_scope_texts"
[[group]]
activation = "softmax"
labels = ["cold", "flu", "gout"]
[[source]]
name = "cases"
generator = "test.cases"
licence = "own"
pool = 400
[[source]]
name = "further"
generator = "test.further"
licence = "own"
pool = 200
"""


def cases(seed: int, n: int) -> Iterator[tuple[str, dict[str, float]]]:
    rng = random.Random(seed)
    for number in range(n):
        yield f"{rng.choice(LABELS)} {seed} {number}", {rng.choice(LABELS): 1.0}


def further(seed: int, n: int) -> Iterator[tuple[str, dict[str, float]]]:
    yield from cases(seed + 1, n)


def groups(text: str, condition: str) -> dict[str, str]:
    return {"condition": condition}


def out_of_scope_texts() -> dict[str, list[str]]:
    return {"other things": ["the train is late"]}


class Reader:
    """Believes the first word of a text, as far as its folder's kind does."""

    labels = LABELS

    def __init__(self, folder: Path, device: str) -> None:
        self.share = {"svm": 0.8, "bert": 0.6}[read_manifest(folder).kind]
        self.asked: list[str] = []

    def predict(self, items: Sequence[Item]) -> list[Answer]:
        self.asked += [item.text for item in items]
        rest = (1 - self.share) / 2
        return [
            Answer({label: self.share if item.text.startswith(label) else rest for label in LABELS}) for item in items
        ]


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    monkeypatch.setattr(trained, "load_predictor", Reader)
    registered = {
        "generator": ("cases", "further"),
        "groups": ("groups",),
        "out_of_scope_texts": ("out_of_scope_texts",),
    }
    for sort, names in registered.items():
        monkeypatch.setitem(named._known, sort, {f"test.{name}": f"{HERE}.{name}" for name in names})
    made = []
    for kind in ("svm", "bert"):
        folder = tmp_path / kind
        folder.mkdir()
        (folder / "weights.json").write_text("{}")
        manifest = {"desk": "triage", "kind": kind, "language": "any", "name": kind, "labels": list(LABELS)}
        write_manifest(folder, manifest, ["weights.json"])
        made.append(folder)
    return made


def _train(tmp_path: Path, folders: list[Path], *more: Split) -> Path:
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(RECIPE)
    plan = read_recipe(recipe)
    prepared = prepare(plan, tmp_path, tmp_path / "work", silent)
    return train_ensemble(plan, Prepared([*prepared.splits, *more], {}), folders, tmp_path / "out", silent)


def test_it_is_a_whole_artefact_with_a_rule_for_each_group(tmp_path: Path, folders: list[Path]) -> None:
    out = _train(tmp_path, folders)
    verify(out)
    ensemble = open_ensemble(out)
    assert {tuple(sorted(kinds)) for kinds in ensemble.rules} == {("bert",), ("svm",), ("bert", "svm")}
    assert (ensemble.measured["cases"], ensemble.measured["confirmed"]) == (200, 0)
    card = (out / "card.md").read_text()
    assert "sets, condition gout" in card
    assert "called unknown, other things" in card


def test_what_a_member_said_is_remembered(tmp_path: Path, folders: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    first = open_ensemble(_train(tmp_path, folders))
    monkeypatch.setattr(trained, "load_predictor", None)
    assert open_ensemble(_train(tmp_path, folders)) == first


@pytest.mark.parametrize(("count", "used"), [(99, 0), (150, 150)])
def test_confirmed_visits_set_the_limits_once_there_are_enough(
    tmp_path: Path, folders: list[Path], count: int, used: int
) -> None:
    held = [Example(f"seen {number}", {"gout": 1.0}, {"gout": 1.0}, "reviews") for number in range(count)]
    reviews = Split(Source(name="reviews", licence="own"), [Example("x", {"gout": 1.0}, {}, "reviews")], held)
    assert open_ensemble(_train(tmp_path, folders, reviews)).measured["confirmed"] == used


def test_a_missing_member_is_named(tmp_path: Path, folders: list[Path]) -> None:
    with pytest.raises(BadRecipe, match="no version of bert"):
        _train(tmp_path, folders[:1])
