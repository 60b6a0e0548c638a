"""Each red-flag rule fires on its own case and stays silent on its near miss."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from triage.knowledge import red_flags
from triage.knowledge.floor import Facts, safety_floor
from triage.knowledge.red_flags import RedFlagError, Rule, load_phrases, load_rules
from triage.knowledge.scales import LEVELS
from triage.knowledge.vitals import Vitals


def _fired(case: Mapping[str, object]) -> set[str]:
    vitals = Vitals.from_mapping(case.get("vitals", {}))
    facts = Facts(case.get("age"), case.get("sex"), case.get("pregnant"), vitals)
    return {flag.rule for flag in safety_floor(str(case["text"]), facts).fired}


@pytest.mark.parametrize("rule", load_rules(), ids=lambda rule: rule.id)
def test_the_rule_fires_on_its_case_and_not_on_its_near_miss(rule: Rule) -> None:
    assert rule.id in _fired(rule.fires)
    assert rule.id not in _fired(rule.near_miss)


def test_there_are_enough_rules_and_each_is_complete() -> None:
    rules = load_rules()
    assert len(rules) >= 70
    assert len({rule.id for rule in rules}) == len(rules)
    assert {rule.level for rule in rules} == set(LEVELS[:3])
    for rule in rules:
        assert len(rule.source) > 8
        assert re.search(r"[\u4e00-\u9fff]", rule.name_zh)
    sizes = [len(rule.all) + bool(rule.any) for rule in rules]
    assert {1, 2, 3} <= set(sizes)


def test_every_phrase_group_is_used() -> None:
    used = {
        part for rule in load_rules() for terms in (rule.all, rule.any, rule.none) for term in terms for part in term
    }
    assert set(load_phrases().lexicon) <= used


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"level": "soon"}, "level"),
        ({"all": ["no_such_group"]}, "unknown phrase group"),
        ({"all": []}, "needs a condition"),
    ],
)
def test_a_bad_rule_is_refused_by_name(
    change: dict[str, object], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = json.loads((red_flags.FOLDER / "red_flags.json").read_text())
    data["rules"] = [{key: value for key, value in data["rules"][0].items() if key != "any"} | change]
    (tmp_path / "red_flags.json").write_text(json.dumps(data))
    load_phrases()
    monkeypatch.setattr(red_flags, "FOLDER", tmp_path)
    with pytest.raises(RedFlagError, match=words):
        red_flags.load_rules.__wrapped__()
