"""The figures of an urgency evaluation, against values worked out by hand."""

import math
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from triage.decide import load_policy
from triage.evaluation.urgency import SETS, propose, read_cases, three_level_metrics, urgency_metrics


def test_figures_of_a_small_table() -> None:
    found = urgency_metrics(
        [
            ("immediate", "immediate"),
            ("very_urgent", "urgent"),
            ("urgent", "very_urgent"),
            ("soon", "soon"),
            ("self_care", "soon"),
        ]
    )
    assert (found.under.hits, found.over.hits, found.exact.hits, found.safe.hits) == (1, 2, 2, 4)
    assert (found.emergencies.hits, found.emergencies.of) == (1, 2)
    assert found.three.hits == 2
    assert found.recall["soon"].value == 1
    assert found.kappa == pytest.approx(
        1 - (3 / 5) / (sum((a - b) ** 2 for a in range(5) for b in (0, 2, 1, 3, 3)) / 25)
    )


def test_wilson_interval() -> None:
    """81 of 263: 0.2553 to 0.3662 (Newcombe 1998, table I, method 3)."""
    found = urgency_metrics([("soon", "soon")] * 81 + [("soon", "urgent")] * 182)
    assert found.exact.low == pytest.approx(0.2553, abs=5e-4)
    assert found.exact.high == pytest.approx(0.3662, abs=5e-4)


def test_a_level_without_cases_has_no_recall_and_full_agreement_is_one() -> None:
    found = urgency_metrics([("soon", "soon")])
    assert math.isnan(found.recall["immediate"].value)
    assert found.kappa == 1


def test_no_cases_is_an_error() -> None:
    with pytest.raises(ValueError, match="no cases"):
        urgency_metrics([])


def test_figures_on_three_levels() -> None:
    found = three_level_metrics(
        [
            ("emergency", "emergency"),
            ("emergency", "self_care"),
            ("non_emergency", "emergency"),
            ("self_care", "self_care"),
        ]
    )
    assert (found.exact.hits, found.safe.hits, found.emergencies.hits, found.emergencies.of) == (2, 3, 1, 2)
    with pytest.raises(ValueError, match="no vignettes"):
        three_level_metrics([])


@pytest.mark.parametrize("path", SETS.values(), ids=SETS.keys())
def test_the_floor_alone_finds_each_open_emergency(path: Path) -> None:
    cases = read_cases(sealed=False, path=path)
    policy = load_policy()
    pairs = [(case.level, propose(case, {}, policy, {}).urgency) for case in cases]
    found = urgency_metrics(pairs)
    assert found.emergencies.value == 1
    assert found.under.value <= 0.05


def test_the_command_prints_the_table() -> None:
    out = StringIO()
    call_command("evaluate_urgency", "--floor-only", "--misses", stdout=out)
    assert "under-triage" in out.getvalue()
    assert "the safety floor alone" in out.getvalue()
    assert "self_care-01: soon" in out.getvalue()


def test_vignettes_are_counted_on_three_levels_and_sealed_misses_stay_closed() -> None:
    out = StringIO()
    call_command("evaluate_urgency", "--cases", "vignettes", "--floor-only", stdout=out)
    assert "exact on three levels" in out.getvalue()
    assert "recall" not in out.getvalue()
    out = StringIO()
    call_command("evaluate_urgency", "--cases", "second", "--floor-only", "--sealed", "--misses", stdout=out)
    assert "77 sealed cases" in out.getvalue()
    assert "second-" not in out.getvalue()
