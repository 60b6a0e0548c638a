"""What a manifest says of how its weights were made."""

from pathlib import Path

from aimass_apps.ml.recipe.examples import Example
from aimass_apps.ml.recipe.provenance import made_with, rows_sha256
from aimass_apps.ml.recipe.schema import read_recipe
from tests.support.small import SVM, write


def row(text: str, toxic: float, weight: float = 1.0) -> Example:
    return Example(text, {"toxic": toxic}, {"toxic": weight}, "own")


def test_the_hash_changes_with_text_target_weight_and_order() -> None:
    rows = [row("soup", 0.0), row("fool", 1.0)]
    others = [
        [row("soup", 0.0), row("fools", 1.0)],
        [row("soup", 0.0), row("fool", 0.9)],
        [row("soup", 0.0), row("fool", 1.0, weight=2.0)],
        [row("fool", 1.0), row("soup", 0.0)],
        [row("soup", 0.0)],
    ]
    assert rows_sha256(rows) == rows_sha256([row("soup", 0.0), row("fool", 1.0)])
    assert len({rows_sha256(each) for each in [rows, *others]}) == 6


def test_seed_and_library_versions_are_named(tmp_path: Path) -> None:
    made = made_with(read_recipe(write(tmp_path, "svm", SVM)))

    assert made["seed"] == 3
    assert made["libraries"]["numpy"][0].isdigit()
    assert made["python"].startswith("3.")
