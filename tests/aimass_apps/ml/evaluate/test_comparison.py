from dataclasses import asdict

import numpy as np
import pytest

from aimass_apps.ml.evaluate.card import beside_tables, render_card
from aimass_apps.ml.evaluate.comparison import right_answers, side_by_side
from aimass_apps.ml.evaluate.evaluation_tasks import Task
from aimass_apps.ml.evaluate.significance import holm, mcnemar, wilson
from aimass_apps.ml.recipe.schema import LabelRule
from aimass_apps.registry.artefacts import Manifest

MANIFEST = Manifest("triage", "svm", "any", "one", ["a", "b", "c"])


def hits(right: int, of: int) -> np.ndarray:
    return np.arange(of) < right


@pytest.mark.parametrize(
    ("right", "of", "low", "high"),
    # Newcombe 1998, Statistics in Medicine 17:857, table I, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_as_published(right: int, of: int, low: float, high: float) -> None:
    found = wilson(hits(right, of))
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_wilson_of_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="n"):
        wilson(np.zeros(0, bool))


def test_mcnemar_looks_at_disagreements_only() -> None:
    first = np.array([True] * 9 + [False] + [True] * 50 + [False] * 40)
    second = np.array([False] * 9 + [True] + [True] * 50 + [False] * 40)
    found = mcnemar(first, second)
    assert (found.only_first, found.only_second) == (9, 1)
    assert found.p == pytest.approx(22 / 1024)  # two tails of a fair coin: 2 * (1 + 10) / 2**10
    assert mcnemar(second, first).p == pytest.approx(found.p)
    assert mcnemar(first, first).p == 1.0


def test_holm_against_a_worked_example() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.6]) == [1.0, 1.0]
    assert holm([]) == []


def test_a_differential_counts_the_first_one_three_and_five() -> None:
    scores = [{"a": 0.6, "b": 0.3, "c": 0.1, "urgency:soon": 0.9}, {"a": 0.1, "b": 0.6, "c": 0.3}]
    right = right_answers([{"d": "a"}, {"d": "c"}], scores, Task("t", condition="d"), MANIFEST)
    assert [right["top-1"].tolist(), right["top-3"].tolist()] == [[True, False], [True, True]]


def test_a_decision_counts_known_rows_alone() -> None:
    truth = LabelRule(column="flag", positive=("yes",), negative=("no",))
    task = Task("t", truth=truth, answer=("a",))
    rows = [{"flag": "yes"}, {"flag": "perhaps"}, {"flag": "no"}]
    right = right_answers(rows, [{"a": 0.9}, {"a": 0.9}, {"a": 0.9}], task, MANIFEST)
    assert right["accuracy"].tolist() == [True, False]


def test_versions_stand_side_by_side() -> None:
    right = {
        "one": {"top-1": hits(10, 40), "top-5": hits(20, 40)},
        "two": {"top-1": hits(30, 40), "top-5": hits(35, 40)},
        "three": {"top-1": hits(31, 40), "top-5": hits(35, 40)},
    }
    found = side_by_side(right)
    pairs = found["pairs"]
    assert [(each["figure"], each["first"], each["second"]) for each in pairs] == [
        ("top-1", "one", "two"),
        ("top-1", "one", "three"),
        ("top-1", "two", "three"),
    ]
    assert pairs[0]["only_second"] == 20
    assert pairs[0]["holm"] == pytest.approx(2 * pairs[0]["p"])  # the smallest one, of one and three, times three
    assert pairs[2]["holm"] == 1.0
    assert found["shares"]["two"]["top-1"][0] == 0.75
    assert "| one | 0.250 (0.142 to 0.402) | 0.500" in beside_tables(found)
    card = render_card({**asdict(MANIFEST), "metrics": {"side by side": {"avey_dev": found}}})
    assert "## Side by side on avey_dev" in card
    assert "| top-1 | one | two | 0 | 20 | < 0.0001 | < 0.0001 |" in card
