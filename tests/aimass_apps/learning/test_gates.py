import dataclasses

import pytest

from aimass_apps.learning.gates import Evidence, all_passed, judge

GOOD = Evidence(
    loads=True,
    labels=("toxic", "insult"),
    live_labels=("toxic",),
    rows=200,
    candidate={"auc": 0.91},
    live={"auc": 0.90},
    main="auc",
)


def test_a_better_version_passes_every_gate_without_warning():
    gates = judge(GOOD)
    assert all_passed(gates)
    assert not any(gate.warning for gate in gates)


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"loads": False, "error": "BrokenArtefact"}, "loads"),
        ({"labels": ("insult",)}, "keeps labels"),
        ({"candidate": {"auc": 0.87}}, "auc no worse"),
    ],
)
def test_each_gate_holds_back_alone(change, refused):
    gates = judge(dataclasses.replace(GOOD, **change))
    assert [gate.name for gate in gates if not gate.passed] == [refused]


@pytest.mark.parametrize("change", [{"rows": 3}, {"live": None}, {"candidate": {}}])
def test_want_of_evidence_warns_and_does_not_hold_back(change):
    gates = judge(dataclasses.replace(GOOD, **change))
    assert all_passed(gates)
    assert any(gate.warning for gate in gates)


def test_a_small_loss_within_the_tolerance_passes():
    assert all_passed(judge(dataclasses.replace(GOOD, candidate={"auc": 0.885})))
