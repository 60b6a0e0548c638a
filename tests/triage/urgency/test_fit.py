"""The learned urgency from its recipe: asked with age and sex, fitted, whole, and opened as a version."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

import pytest

from aimass_apps.inference.predictor import Answer, Item
from aimass_apps.ml.evaluate.run_log import artefact_hash
from aimass_apps.ml.fit.progress import silent
from aimass_apps.ml.fit.train import train_rows
from aimass_apps.ml.recipe import named
from aimass_apps.ml.recipe.prepare import prepare
from aimass_apps.ml.recipe.schema import BadRecipe, find_recipe, read_recipe
from aimass_apps.registry.artefacts import read_manifest, verify, write_manifest
from triage.corpus.presentations import presentation_rows
from triage.levels import LEVELS
from triage.urgency import fit
from triage.urgency.predictor import open_layer

RECIPES = Path(__file__).parents[3] / "triage" / "recipes"
LABELS = ("common_cold", *(f"urgency:{level}" for level in LEVELS))
RECIPE = (RECIPES / "symptoms-urgency-any.toml").read_text()
SMALL = RECIPE.replace("triage.presentations", "test.told")
Told = tuple[str, dict[str, float], dict[str, object]]


def told(seed: int, n: int) -> Iterator[Told]:
    rng = Random(seed)
    for number in range(100):
        level = rng.choice(LEVELS)
        yield f"text {number}", {f"urgency:{level}": 1.0}, {"age_years": float(LEVELS.index(level))}


def one_level(seed: int, n: int) -> Iterator[Told]:
    yield from ((text, {"urgency:soon": 1.0}, facts) for text, _, facts in told(seed, n))


class ByAge:
    """A member that knows the level by the age alone: without the facts it knows nothing."""

    labels = LABELS

    def __init__(self, folder: Path) -> None:
        pass

    def predict(self, items: Sequence[Item]) -> list[Answer]:
        return [Answer(dict.fromkeys(LABELS, 0.1) | {LABELS[1 + int(item.facts["age_years"])]: 0.9}) for item in items]


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    monkeypatch.setattr(fit, "load_predictor", ByAge)
    rows = {f"test.{each.__name__}": f"{__name__}.{each.__name__}" for each in (told, one_level)}
    monkeypatch.setitem(named._known, "generator", {**named._known["generator"], **rows})
    made = []
    for kind in ("svm", "bert"):
        folder = tmp_path / kind
        folder.mkdir()
        (folder / "weights.json").write_text("{}")
        manifest = {"desk": "triage", "kind": kind, "language": "any", "name": kind, "labels": list(LABELS)}
        write_manifest(folder, manifest, ["weights.json"])
        made.append(folder)
    return made


def _train(tmp_path: Path, folders: list[Path], text: str = SMALL) -> Path:
    path = tmp_path / "small-urgency-any.toml"
    path.write_text(text)
    plan = read_recipe(path)
    return train_rows(plan, prepare(plan, tmp_path, tmp_path / "work", silent), folders, tmp_path / "out", silent)


def test_it_is_a_whole_artefact_that_learned_from_what_its_members_said(tmp_path: Path, folders: list[Path]) -> None:
    out = _train(tmp_path, folders)
    verify(out)
    layer, manifest = open_layer(out), read_manifest(out)
    assert (manifest.kind, tuple(manifest.labels), layer.read) == ("urgency", layer.labels, tuple(sorted(LABELS)))
    assert manifest.metrics["cross-validation"]["urgency_exact"] == 1.0
    assert manifest.data[0]["rows"] == 100
    for place, level in enumerate(LEVELS):
        said = ByAge(out).predict([Item("text", {"age_years": place})])[0].scores
        shares = layer.answer({"svm": said, "bert": said})
        assert max(shares, key=lambda label: shares[label]) == f"urgency:{level}"
    assert artefact_hash(folders[0]) in (out / "layer.json").read_text()


def test_a_member_or_a_level_that_lacks_is_said(tmp_path: Path, folders: list[Path]) -> None:
    with pytest.raises(BadRecipe, match="no version of bert"):
        _train(tmp_path, folders[:1])
    with pytest.raises(BadRecipe, match="every level"):
        _train(tmp_path, folders, SMALL.replace("test.told", "test.one_level"))


def test_the_recipe_is_found_and_nothing_that_judges_it_stands_in_its_rows(tmp_path: Path) -> None:
    plan = find_recipe([RECIPES], "triage", "urgency", "any")
    [split] = prepare(plan, tmp_path, tmp_path, silent).splits
    rows = list(presentation_rows(0, 0))
    assert (len(split.training), split.validation) == (605, [])
    assert [(row.text, row.facts) for row in split.training] == [(text, facts) for text, _, facts in rows]
