"""The bench beside the plain `Trainer`: both sides train the same rows, and the table says which is quicker."""

from pathlib import Path

import pytest

from aimass_apps.training.recipe import read_recipe
from tests.aimass_apps.training.small import BERT, write

pytest.importorskip("torch")
from tests.bench.training import GROUPED, OURS, PLAIN, measure, one_epoch, report

pytestmark = pytest.mark.training


def test_the_ratio_is_of_medians() -> None:
    table = report({OURS: [30.0, 10.0, 20.0], GROUPED: [10.0, 10.0, 90.0], PLAIN: [5.0]}, 2)
    assert f"| {OURS} | 30.0, 10.0, 20.0 | 20.0 | 1.00 |" in table
    assert f"| {GROUPED} | 10.0, 10.0, 90.0 | 10.0 | 2.00 |" in table


@pytest.mark.slow
def test_both_sides_train_the_same_rows(data: Path, base: Path) -> None:
    recipe, splits = one_epoch(read_recipe(write(data, "bert", BERT, f'base = "{base}"')), data, 60)
    assert sum(len(split.training) for split in splits) == 60
    speeds = measure(recipe, splits, 1)
    assert set(speeds) == {OURS, GROUPED, PLAIN}
    assert all(len(each) == 1 and each[0] > 0 for each in speeds.values())
