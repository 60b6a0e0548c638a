from pathlib import Path

import numpy as np
import pytest

from aimass_apps.ml.fit.progress import silent
from aimass_apps.ml.recipe.examples import Example, as_arrays, epoch, epoch_sizes, label_value, read_splits
from aimass_apps.ml.recipe.leaks import Leak
from aimass_apps.ml.recipe.prepare import prepare
from aimass_apps.ml.recipe.schema import BadRecipe, LabelRule, read_recipe

RECIPE = """
desk = "moderation"
kind = "svm"
language = "en"
name = "small"
seed = 3
{extra}
[settings]
features = [{{ analyzer = "word", most = 9 }}]

[[group]]
activation = "sigmoid"
labels = ["toxic", "insult"]

[[group]]
activation = "softmax"
labels = ["x", "y", "z"]

[[source]]
name = "rude"
file = "rude.csv"
licence = "own"
rows = 20
balance = "toxic"
repeat = {{ insult = 2 }}
validation = 0.2
[source.labels]
toxic = {{ column = "label", positive = ["rude"], negative = ["kind"], positive_weight = 2.0 }}
insult = {{ column = "share" }}
"""


def rude_rows(n: int = 60) -> str:
    rows = [
        f"text number {i},{'rude' if i % 3 == 0 else 'kind' if i % 3 == 1 else 'unclear'},{(i % 5) / 4}"
        for i in range(n)
    ]
    return "\n".join(["text,label,share", *rows]) + "\n"


@pytest.fixture
def recipe_file(tmp_path: Path) -> Path:
    (tmp_path / "rude.csv").write_text(rude_rows(), encoding="utf-8")
    (tmp_path / "r.toml").write_text(RECIPE.format(extra=""), encoding="utf-8")
    return tmp_path / "r.toml"


@pytest.mark.parametrize(
    ("rule", "row", "value"),
    [
        (LabelRule("a"), {"a": "1"}, 1.0),
        (LabelRule("a"), {"a": "0.5"}, 1.0),
        (LabelRule("a"), {"a": "0.4"}, 0.0),
        (LabelRule("a", at_most=0.2), {"a": "0.4"}, None),
        (LabelRule("a", soft=True), {"a": "0.4"}, 0.4),
        (LabelRule("a", positive=("p",)), {"a": "p"}, 1.0),
        (LabelRule("a", positive=("p",)), {"a": "q"}, 0.0),
        (LabelRule("a", positive=("p",), negative=("q",)), {"a": "r"}, None),
        (LabelRule(always=0.0), {}, 0.0),
    ],
)
def test_a_column_becomes_a_label(rule: LabelRule, row: dict[str, str], value: float | None) -> None:
    assert label_value(row, rule) == value


def test_what_is_not_annotated_has_no_weight(recipe_file: Path) -> None:
    recipe = read_recipe(recipe_file)
    rows = [
        Example("a", {"toxic": 1.0}, {"toxic": 2.0}, "s"),
        Example("b", {"y": 1.0}, {"y": 1.0}, "s"),
        Example("c", {"insult": 0.25}, {}, "s"),
    ]
    targets, weights = as_arrays(rows, recipe)
    assert targets.tolist() == [[1, 0, 0, 0, 0], [0, 0, 0, 1, 0], [0, 0.25, 0, 0, 0]]
    assert weights.tolist() == [[2, 0, 0, 0, 0], [0, 0, 1, 1, 1], [0, 1, 0, 0, 0]]


def test_splits_share_no_text_and_epochs_differ(recipe_file: Path) -> None:
    recipe = read_recipe(recipe_file)
    (split,) = read_splits(recipe, recipe_file.parent)
    training, validation = ({row.text for row in part} for part in (split.training, split.validation))
    assert training
    assert validation
    assert not training & validation
    first, again, second = (
        [row.text for row in epoch([split], number, seed)] for number, seed in ((1, 3), (1, 3), (2, 3))
    )
    assert first == again
    assert first != second
    assert epoch_sizes([split], 2, 3) == [len(first), len(second)]


def test_an_epoch_is_balanced_and_repeats_the_rare(recipe_file: Path) -> None:
    (split,) = read_splits(read_recipe(recipe_file), recipe_file.parent)
    rows = epoch([split], 1, 3)
    insults = sum(row.targets.get("insult", 0) >= 0.5 for row in split.training)
    assert insults > 0
    assert len(rows) == 20 + insults


def test_a_late_source_waits_for_its_epoch(recipe_file: Path) -> None:
    text = recipe_file.read_text(encoding="utf-8").replace("rows = 20\n", "rows = 20\nfrom_epoch = 2\n")
    recipe_file.write_text(text, encoding="utf-8")
    splits = read_splits(read_recipe(recipe_file), recipe_file.parent)
    assert epoch(splits, 1, 3) == []
    assert len(epoch(splits, 2, 3)) >= 20


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('insult = { column = "share" }', 'pride = { column = "share" }', "labels that no group has: pride"),
        ('activation = "softmax"', 'activation = "relu"', r"group\[1\]\.activation: must be 'sigmoid' or 'softmax'"),
        ("seed = 3", "", "seed"),
        ("[[source]]", "[[source]", "r.toml"),
        ('column = "share"', 'colum = "share"', r"source\[0\]\.labels\.insult\.colum: is not known here"),
    ],
)
def test_a_bad_recipe_is_named(recipe_file: Path, old: str, new: str, message: str) -> None:
    recipe_file.write_text(recipe_file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(BadRecipe, match=message):
        read_recipe(recipe_file)


def test_missing_data_is_named(recipe_file: Path) -> None:
    (recipe_file.parent / "rude.csv").unlink()
    with pytest.raises(BadRecipe, match=r"rude\.csv is missing"):
        read_splits(read_recipe(recipe_file), recipe_file.parent)


@pytest.mark.parametrize("drop", [False, True])
def test_a_leak_stops_the_training_or_is_left_out(recipe_file: Path, drop: bool) -> None:
    folder = recipe_file.parent
    (folder / "test").mkdir()
    (folder / "test" / "t.csv").write_text("text\nTEXT  number 6!\nsomething else\n", encoding="utf-8")
    extra = f'never = ["test/t.csv"]\ndrop_leaks = {str(drop).lower()}'
    recipe_file.write_text(RECIPE.format(extra=extra), encoding="utf-8")
    recipe = read_recipe(recipe_file)
    if not drop:
        with pytest.raises(Leak, match="1 training rows"):
            prepare(recipe, folder, folder / "work", silent)
        return
    for _ in range(2):  # the second time from what the first one kept
        prepared = prepare(recipe, folder, folder / "work", silent)
        texts = {row.text for split in prepared.splits for row in (*split.training, *split.validation)}
        assert "text number 6" not in texts
        assert len(texts) == 59


def test_arrays_are_float32(recipe_file: Path) -> None:
    targets, weights = as_arrays([], read_recipe(recipe_file))
    assert (targets.dtype, weights.dtype, targets.shape) == (np.float32, np.float32, (0, 5))
