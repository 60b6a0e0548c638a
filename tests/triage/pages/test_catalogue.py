"""The catalogue's own pages: what they show, who reads them, and that no search stands in an address."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from aimass_apps.learning.evidence import keep_reports
from aimass_apps.ml.evaluate.run_log import read_runs
from aimass_apps.people.models import User
from aimass_apps.people.roles import Role
from aimass_apps.registry.models import Stage
from tests.support.visits import add_version
from triage.knowledge.load import load_catalogue
from triage.knowledge.red_flags import load_rules
from triage.knowledge.search import conditions_with, find_conditions, find_findings, find_rules, systems
from triage.levels import LEVELS
from triage.pages.catalogue import MOST_FOUND, PAGE_SIZE
from triage.presenters.catalogue import KINDS, ONSETS, SYSTEMS, UNITS, rule_row
from triage.presenters.evidence import RUNS, runs_on_tests

pytestmark = pytest.mark.django_db
LISTS = ("conditions", "findings", "rules", "evidence")


def page(client: Client, name: str, **asked: Any) -> str:
    answer = client.get(reverse(f"triage:{name}", **asked))
    assert answer.status_code == 200
    return answer.content.decode()


def search(client: Client, name: str, **given: str) -> str:
    answer = client.post(reverse(f"triage:{name}"), given, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "<html" not in answer.content.decode()
    return answer.content.decode()


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.CLINICAL_LEAD, Role.ML_ENGINEER, Role.ADMINISTRATOR])
def test_who_reads_it(role: str) -> None:
    client = Client()
    client.force_login(User.objects.create_user("reader", role=role))
    for name in LISTS:
        assert "Not reviewed by a clinician" in page(client, name)


def test_moderators_and_outsiders_do_not() -> None:
    client = Client()
    client.force_login(User.objects.create_user("mod", role=Role.MODERATOR))
    for name in LISTS:
        assert client.get(reverse(f"triage:{name}")).status_code == 403
        assert Client().get(reverse(f"triage:{name}")).status_code == 302


def test_conditions_are_found_by_name_synonym_and_code(at_desk: Client) -> None:
    assert "Migraine" in search(at_desk, "conditions", q="migr")
    assert "conditions/myocardial_infarction" in search(at_desk, "conditions", q="heart attack")
    assert "ppendicitis" in search(at_desk, "conditions", q="K35")
    none = search(at_desk, "conditions", q="xyzzy")
    assert "No condition matches" in none
    assert 'hx-swap-oob="innerHTML:#count">0 entries' in none
    assert find_conditions("migraine")[0].id == "migraine"
    immediate = find_conditions("", urgency="immediate")
    assert immediate
    assert {each.urgency for each in immediate} == {"immediate"}
    assert find_conditions("", urgency="immediate", system="skin") != immediate


def test_findings_and_rules_are_found_in_both_languages(at_desk: Client) -> None:
    assert "chest pain" in search(at_desk, "findings", q="胸痛")
    assert {each.kind for each in find_findings("", kind="sign")} == {"sign"}
    assert "near miss" in search(at_desk, "rules", q="no pulse")
    assert {each.level for each in find_rules("", level="urgent")} == {"urgent"}


def test_a_search_in_an_address_is_not_looked_at(at_desk: Client) -> None:
    whole = page(at_desk, "conditions")
    assert at_desk.get(reverse("triage:conditions"), {"q": "migraine"}).content.decode().count("<tr") == whole.count(
        "<tr"
    )


def test_a_filter_alone_shows_more_than_a_page(at_desk: Client) -> None:
    urgent = find_conditions("", urgency="urgent")
    assert len(urgent) > PAGE_SIZE
    shown = search(at_desk, "conditions", urgency="urgent")
    assert shown.count("row-main") == min(len(urgent), MOST_FOUND)
    everything = search(at_desk, "conditions", q="")
    assert everything.count("row-main") == MOST_FOUND
    assert "more entries match" in everything


def test_every_condition_and_finding_has_a_page(at_desk: Client) -> None:
    catalogue = load_catalogue()
    for each in list(catalogue.conditions.values())[::60]:
        shown = page(at_desk, "condition", args=[each.id])
        assert each.icd10 in shown
        assert f"badge-grade-{LEVELS.index(each.urgency) + 1}" in shown
        assert "Not reviewed by a clinician" in shown
    for found in list(catalogue.findings.values())[::150]:
        assert found.name_zh in page(at_desk, "finding", args=[found.id])
    for name in ("condition", "finding"):
        assert at_desk.get(reverse(f"triage:{name}", args=["nowhere"])).status_code == 404


def test_every_word_of_the_data_has_a_name_for_people() -> None:
    conditions = load_catalogue().conditions.values()
    assert set(systems()) == set(SYSTEMS)
    assert {each.kind for each in load_catalogue().findings.values()} <= set(KINDS)
    assert {each.onset for each in conditions} <= set(ONSETS)
    assert {each.duration.unit for each in conditions} <= set(UNITS)


def test_the_most_typical_conditions_of_a_finding_come_first() -> None:
    shares = [share for _, share in conditions_with("wheeze")]
    assert shares == sorted(shares, reverse=True)
    assert shares[-1] > 0


def test_every_rule_is_told_whole() -> None:
    for rule in load_rules():
        row = rule_row(rule)
        assert row["asks"]
        assert row["fires"]["text"]
        assert row["near_miss"]["text"]
    limited = next(rule for rule in load_rules() if rule.limits.age_max)
    assert rule_row(limited)["limits"]
    pregnant = next(rule for rule in load_rules() if rule.fires.get("pregnant"))
    assert rule_row(pregnant)["fires"]["facts"].endswith("pregnant")


def test_evidence_stands_side_by_side(at_desk: Client) -> None:
    for kind, top in (("svm", 0.3), ("bert", 0.4)):
        version = add_version(kind)
        version.manifest["metrics"] = {"evaluation": {"avey_dev": {"rows": 197, "top-1": top}}}
        version.save()
    retired = add_version("svm", Stage.RETIRED)
    shown = page(at_desk, "evidence")
    assert "0.3" in shown
    assert "0.4" in shown
    assert str(retired) not in shown


def test_a_kept_comparison_is_shown(at_desk: Client) -> None:
    version = add_version("bert")
    tested = {"only_first": 40, "only_second": 1, "p": 0.00001, "holm": 0.00001}
    beside = {
        "rows": 197,
        "shares": {"one": {"top-1": [0.4, 0.3, 0.5]}, "two": {"top-1": [0.2, 0.1, 0.3]}},
        "pairs": [{"figure": "top-1", "first": "one", "second": "two", **tested}],
    }
    report = {"task": "avey_dev", "version": "bert", "figures": {"top-1": 0.4}, "side by side": beside}
    keep_reports(version=version, reports=[report], by=None)
    shown = page(at_desk, "evidence")
    assert "0.400" in shown
    assert "McNemar" in shown


def test_the_log_is_shown_newest_first(tmp_path: Path) -> None:
    assert runs_on_tests(tmp_path / "none.jsonl") == []
    shown = runs_on_tests()
    assert shown[0]["at"] == read_runs(RUNS)[-1]["at"]
    assert "rows" not in dict(shown[0]["figures"])
