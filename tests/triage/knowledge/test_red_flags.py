"""Each red-flag rule fires on its own case and stays silent on its near miss."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path

import pytest

from triage.knowledge import floor, red_flags
from triage.knowledge.floor import Facts, safety_floor
from triage.knowledge.load import load_catalogue
from triage.knowledge.red_flags import Limits, RedFlagError, Rule, load_phrases, load_rules
from triage.levels import LEVELS
from triage.vitals import Vitals

Read = Callable[[dict[str, object]], Rule]


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


@pytest.mark.parametrize("rule", [rule for rule in load_rules() if rule.conditions], ids=lambda rule: rule.id)
def test_no_rule_lies_below_the_usual_urgency_of_the_condition_it_fears(rule: Rule) -> None:
    known = load_catalogue().conditions
    assert set(rule.conditions) <= set(known)
    assert LEVELS.index(rule.level) <= LEVELS.index(known[rule.conditions[0]].urgency)


def test_every_phrase_group_is_used() -> None:
    used = {
        part for rule in load_rules() for terms in (rule.all, rule.any, rule.none) for term in terms for part in term
    }
    assert set(load_phrases().lexicon) <= used


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"level": "soon"}, r"rules\[0\]\.level: must be 'immediate'"),
        ({"all": ["no_such_group"]}, "unknown phrase group"),
        ({"all": []}, "needs a condition"),
        ({"all": ["systlic<90"]}, "says nothing"),
        ({"limit": {"age_min": 12}}, r"rules\[0\]\.limit: is not known here"),
        ({"limits": {"age_min": 5, "age_max": 5}}, r"rules\[0\]\.limits: .*age_min < age_max"),
        ({"limits": {"min_age": 5}}, r"rules\[0\]\.limits"),
        ({"fires": {"text": "faint", "vitals": {"systolic": 900}}}, r"rules\[0\]\.fires: systolic"),
    ],
)
def test_a_bad_rule_is_refused_by_name(change: dict[str, object], words: str, read: Read) -> None:
    with pytest.raises(RedFlagError, match=words):
        read(change)


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Read:
    """Reads a rule that fires on a fever, with a change."""
    raw = json.loads((red_flags.FOLDER / "red_flags.json").read_text())["rules"][0]
    load_phrases()
    monkeypatch.setattr(red_flags, "FOLDER", tmp_path)
    monkeypatch.setattr(red_flags, "_rule_file", red_flags._rule_file.__wrapped__)

    def made(change: dict[str, object]) -> Rule:
        changed = {key: value for key, value in raw.items() if key not in ("any", "none")} | {"all": ["fever"]} | change
        (tmp_path / "red_flags.json").write_text(json.dumps({"version": "1", "source": "a test", "rules": [changed]}))
        (rule,) = red_flags.load_rules.__wrapped__()
        return rule

    return made


@pytest.mark.parametrize(
    "key", [field.name for field in fields(Rule) if field.name not in ("all", "any", "none", "limits", "conditions")]
)
def test_no_part_of_a_rule_may_be_missing(key: str, read: Read, tmp_path: Path) -> None:
    read({})
    data = json.loads((tmp_path / "red_flags.json").read_text())
    del data["rules"][0][key]
    (tmp_path / "red_flags.json").write_text(json.dumps(data))
    with pytest.raises(RedFlagError, match=key):
        red_flags.load_rules.__wrapped__()


VALUES = [None, True, False, -1, 0, 0.25, 12, 16, 65, 129.5, 130, 200, "12", "", "female", "male", "other", "F", [], {}]
PATIENTS = [
    Facts(age, sex, pregnant, None, after_birth)
    for age in (None, 0, 0.2, 0.25, 5, 12, 15, 16, 40, 65, 129, 130)
    for sex in (None, "female", "male", "other")
    for pregnant, after_birth in ((None, False), (False, False), (True, False), (False, True))
]


def _fires(rule: Rule, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    monkeypatch.setattr(floor, "load_rules", lambda: (rule,))
    found = [safety_floor("Fever since this morning.", facts).fired for facts in PATIENTS]
    return [rule.id in {flag.rule for flag in fired} for fired in found]


@pytest.mark.parametrize("name", [field.name for field in fields(Limits)])
def test_every_value_of_every_limit_means_something_or_is_refused(
    name: str, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    free, taken = _fires(read({}), monkeypatch), {}
    assert all(free)
    for value in VALUES:
        try:
            taken[str(value)] = _fires(read({"limits": {name: value}}), monkeypatch)
        except RedFlagError:
            continue
    assert len(taken) >= 2
    assert all(any(each) and not all(each) for each in taken.values())
    assert len({tuple(each) for each in taken.values()}) == len(taken)


def test_a_rule_for_those_who_are_not_pregnant_spares_only_who_is_known_to_be(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    fires = _fires(read({"limits": {"pregnant": False}}), monkeypatch)
    assert fires == [not facts.pregnant for facts in PATIENTS]


@pytest.mark.parametrize(("low", "high"), [(12, 12), (16, 12)])
def test_limits_that_nobody_keeps_are_refused(low: float, high: float, read: Read) -> None:
    with pytest.raises(RedFlagError, match="age_min < age_max"):
        read({"limits": {"age_min": low, "age_max": high}})


@pytest.mark.parametrize(
    "term",
    [
        "sbp<90", "systolic<20", "systolic<=400", "systolic>=30", "systolic=90", "systolic<low", "pain>11",
        "consciousness<voice", "consciousness=drunk", "oxygen=yes", "hypercapnic>0",
    ],
)  # fmt: skip
@pytest.mark.parametrize("part", ["all", "any", "none"])
def test_a_comparison_that_never_or_always_holds_is_refused(term: str, part: str, read: Read) -> None:
    with pytest.raises(RedFlagError, match="says nothing"):
        read({part: [term]})
