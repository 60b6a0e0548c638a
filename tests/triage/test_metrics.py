"""Figures of a version against judgements, by hand-counted rows."""

import pytest

from triage.metrics import label_space, metrics

SCORES = {"gout": 0.5, "common_cold": 0.3, "migraine": 0.2, "urgency:soon": 0.7, "urgency:urgent": 0.3}


def row(condition: str | None, urgency: str, weight: float = 1.0, scores: dict[str, float] = SCORES):
    labels = {f"urgency:{urgency}": True} | ({condition: True} if condition else {})
    return labels, scores, weight


def test_shares_count_by_weight() -> None:
    rows = [row("gout", "soon", 3.0), row("common_cold", "urgent"), row("migraine", "self_care"), row(None, "soon")]
    found = metrics(rows)
    assert found["top_1"] == pytest.approx(3 / 5)
    assert found["top_3"] == 1.0
    assert found["urgency_exact"] == pytest.approx(4 / 6)
    assert found["under_triage"] == pytest.approx(1 / 6)
    assert found["over_triage"] == pytest.approx(1 / 6)
    assert found[found["main"]] == 1.0


def test_a_condition_that_the_version_does_not_know_counts_as_missed() -> None:
    assert metrics([row("measles", "soon")])["top_5"] == 0.0
    many = SCORES | {f"other_{number}": 0.01 for number in range(9)}
    assert metrics([row("measles", "soon", scores=many)])["top_5"] == 0.0


def test_what_no_row_speaks_to_is_left_out() -> None:
    assert metrics([]) == {"rows": 0, "main": "top_3"}
    assert "top_1" not in metrics([row(None, "soon")])
    assert "urgency_exact" not in metrics([row("gout", "soon", scores={"gout": 1.0})])


def test_the_label_space_holds_conditions_and_levels_once() -> None:
    space = label_space()
    assert len(space) == len(set(space))
    assert {"urgency:immediate", "urgency:self_care"} <= set(space)


def test_a_version_that_only_answers_levels_is_led_by_them() -> None:
    levels = {"urgency:soon": 0.7, "urgency:urgent": 0.3}
    found = metrics([row("gout", "soon", scores=levels), row("gout", "urgent", scores=levels)])
    assert (found["main"], found[found["main"]], found["under_triage"]) == ("urgency_exact", 0.5, 0.5)
    assert "top_3" not in found
    assert metrics([row("gout", "soon")])["main"] == "top_3"
