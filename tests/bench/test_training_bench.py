"""The bench beside the plain `Trainer`: both sides train the same rows, and the table says which is quicker."""

from pathlib import Path

import pytest

from aimass_apps.ml.recipe.schema import read_recipe
from tests.support.small import BERT, write

pytest.importorskip("torch")
from tests.bench.training import GROUPED, OURS, PLAIN, Speed, measure, one_epoch, report

pytestmark = pytest.mark.training


def test_the_ratio_is_of_medians() -> None:
    speeds = {
        OURS: [Speed(30.0, 40.0), Speed(10.0, 40.0), Speed(20.0, 40.0)],
        GROUPED: [Speed(10.0, 20.0), Speed(10.0, 50.0), Speed(90.0, 50.0)],
        PLAIN: [Speed(5.0, 8.0)],
    }
    table = report(speeds, 2)
    assert f"| {OURS} | 30.0, 10.0, 20.0 | 20.0 | 1.00 | 40.0 | 1.00 |" in table
    assert f"| {GROUPED} | 10.0, 10.0, 90.0 | 10.0 | 2.00 | 50.0 | 0.80 |" in table
    assert f"| {PLAIN} | 5.0 | 5.0 | 4.00 | 8.0 | 5.00 |" in table


@pytest.mark.slow
def test_both_sides_train_the_same_rows(data: Path, base: Path) -> None:
    recipe, splits = one_epoch(read_recipe(write(data, "bert", BERT, f'base = "{base}"')), data, 60)
    assert sum(len(split.training) for split in splits) == 60
    speeds = measure(recipe, splits, 1)
    assert set(speeds) == {OURS, GROUPED, PLAIN}
    assert all(len(each) == 1 and each[0].rows_a_second > 0 for each in speeds.values())
