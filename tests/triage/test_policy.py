"""A policy file is read strictly: what is impossible is refused with its place."""

import json
from pathlib import Path

import pytest

from triage.policy import DEFAULT, UnusablePolicy, load_policy, read_policy


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"at_least": {"immediate": 0.5}}, "at_least needs exactly"),
        ({"at_least": {"immediate": 2, "very_urgent": 0.4, "urgent": 0.4, "soon": 0.3}}, "at_least.immediate"),
        ({"weights": {"svm": -1}}, "weights.svm"),
        ({"weights": [1]}, "weights: must be"),
        ({"learned_share": "half"}, "learned_share"),
        ({"without_models": "self_care"}, "without_models"),
        ({"colour": "red"}, "colour: is not known here"),
        ({"version": ""}, "version"),
    ],
)
def test_an_impossible_policy_is_refused_with_its_place(change: dict[str, object], words: str, tmp_path: Path) -> None:
    path = tmp_path / "policy.json"
    path.write_text(json.dumps(_as_data() | change))
    with pytest.raises(UnusablePolicy, match=words):
        load_policy(path)


def test_a_policy_that_is_missing_broken_or_no_object_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusablePolicy, match="can't be read"):
        load_policy(tmp_path / "none.json")
    (tmp_path / "broken.json").write_text("{")
    with pytest.raises(UnusablePolicy, match="is not JSON"):
        load_policy(tmp_path / "broken.json")
    with pytest.raises(UnusablePolicy, match="must be a table"):
        read_policy([])
    with pytest.raises(UnusablePolicy, match="at_least: is missing; weights: is missing"):
        read_policy({"version": "x"})


def _as_data() -> dict[str, object]:
    return json.loads(DEFAULT.read_text())
