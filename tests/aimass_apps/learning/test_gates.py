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


@pytest.mark.parametrize("change", [{"rows": 3}, {"live": None}, {"learned": 12}])
def test_little_evidence_warns_and_does_not_hold_back(change):
    gates = judge(dataclasses.replace(GOOD, **change))
    assert all_passed(gates)
    assert any(gate.warning for gate in gates)


@pytest.mark.parametrize(
    ("change", "wanting"),
    [
        ({"rows": 0, "candidate": {}, "live": {}}, "evidence"),
        ({"candidate": {}}, "evidence"),
        ({"learned": None}, "unseen rows"),
    ],
)
@pytest.mark.parametrize(("decides", "without"), [(True, False), (True, True), (False, False)])
def test_no_evidence_holds_back_what_decides_unless_somebody_answers_for_it(change, wanting, decides, without):
    gates = {each.name: each for each in judge(dataclasses.replace(GOOD, **change, decides=decides, without=without))}
    held_back = decides and not without
    assert gates[wanting].passed is not held_back
    assert all_passed(list(gates.values())) is not held_back
    assert ("--without-evidence" in gates[wanting].detail) is held_back
    assert gates[wanting].warning is not held_back


def test_a_small_loss_within_the_tolerance_passes():
    assert all_passed(judge(dataclasses.replace(GOOD, candidate={"auc": 0.885})))
