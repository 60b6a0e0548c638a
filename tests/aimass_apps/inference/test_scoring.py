"""Scoring a file: order, broken lines, broken models, and the two desks on shipped versions."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from aimass_apps.inference.predictor import Answer, Item
from aimass_apps.inference.scoring import CHUNK, Version, score_lines
from aimass_apps.registry.artefacts import STARTERS, Manifest
from moderation.policy import load_policy
from moderation.score_line import PostScorer
from triage.decide import load_policy as load_triage_policy
from triage.score_line import VisitScorer


class Loud:
    """Says how many capitals a text has; fails on demand."""

    labels = ("toxic",)

    def __init__(self, broken: bool = False) -> None:
        self.broken = broken

    def predict(self, items: Sequence[Item]) -> list[Answer]:
        if self.broken:
            raise RuntimeError
        return [Answer({"toxic": sum(each.isupper() for each in item.text) / len(item.text)}) for item in items]


def version(name: str = "loud", language: str = "any", **given: Any) -> Version:
    manifest = Manifest("moderation", "bert", language, name, ["toxic"], {"toxic": 0.5})
    return Version(name, manifest, Loud(**given))


def score(rows: list[Any], *versions: Version) -> list[dict[str, Any]]:
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    return list(score_lines(lines, PostScorer(load_policy()), versions or (version(),)))


def test_results_come_in_input_order_over_many_chunks() -> None:
    rows = [{"id": number, "text": "A" if number % 3 else "a"} for number in range(2 * CHUNK + 7)]
    results = score(rows)
    assert [each["id"] for each in results] == list(range(2 * CHUNK + 7))
    assert [each["flagged"] for each in results] == [bool(number % 3) for number in range(2 * CHUNK + 7)]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("{", "not JSON"),
        ("[1]", "not an object"),
        ({"text": "a"}, "id:"),
        ({"id": True, "text": "a"}, "id:"),
        ({"id": 1}, "text:"),
        ({"id": 1, "text": "  "}, "text:"),
        ({"id": 1, "text": 7}, "text:"),
    ],
)
def test_a_bad_line_is_an_error_and_the_rest_go_on(row: Any, message: str) -> None:
    first, bad, last = score([{"id": "x", "text": "A"}, row, {"id": "y", "text": "a"}])
    assert (first["flagged"], last["flagged"]) == (True, False)
    assert message in bad["error"]
    assert bad["line"] == 2


def test_a_broken_model_sends_the_text_to_a_person() -> None:
    (result,) = score([{"id": 1, "text": "a"}], version(broken=True))
    assert result["flagged"]
    assert result["reasons"][0]["code"] == "model_unavailable"


def test_a_text_without_scores_goes_to_a_person_and_the_others_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    partial = version()
    scores = [{}, {"toxic": 0.0}]
    monkeypatch.setattr(partial.predictor, "predict", lambda items: [Answer(each) for each in scores])
    unread, read = score([{"id": 1, "text": "a"}, {"id": 2, "text": "b"}], partial)
    assert (unread["flagged"], read["flagged"]) == (True, False)
    assert unread["reasons"][0]["code"] == "model_unavailable"


def test_only_versions_of_the_language_are_asked() -> None:
    english, chinese = version("english", "en"), version("chinese", "zh")
    results = score([{"id": 1, "text": "What a lovely day it is"}, {"id": 2, "text": "今天天气很好"}], english, chinese)
    assert [each["model_versions"] for each in results] == [["english"], ["chinese"]]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"age": -1}, "age"),
        ({"age": "old"}, "age"),
        ({"sex": "x"}, "sex"),
        ({"pregnant": "yes"}, "pregnant"),
        ({"after_birth": "yes"}, "after_birth"),
        ({"vitals": {"temperature": 99}}, "temperature"),
        ({"vitals": {"colour": 1}}, "colour"),
        ({"vitals": [1]}, "vitals"),
    ],
)
def test_facts_are_checked(given: dict[str, Any], message: str) -> None:
    line = json.dumps({"id": 1, "text": "cough", **given})
    (result,) = score_lines([line], VisitScorer(load_triage_policy()), ())
    assert message in result["error"]


def test_the_floor_stands_without_models() -> None:
    line = json.dumps({"id": 1, "text": "cough", "age": 60, "sex": "f", "vitals": {"spo2": 84, "rr": 32, "hr": 140}})
    (result,) = score_lines([line], VisitScorer(load_triage_policy()), ())
    assert result["urgency"] in {"immediate", "very_urgent"}
    assert result["red_flags"]
    assert result["differential"] == []


def test_six_weeks_after_birth_have_their_own_limits() -> None:
    line = {"id": 1, "text": "unwell", "age": 31, "sex": "f", "vitals": {"hr": 122}}
    plain, after = score_lines(
        [json.dumps(line), json.dumps(line | {"after_birth": True})], VisitScorer(load_triage_policy()), ()
    )
    assert (plain["urgency"], after["urgency"]) == ("soon", "very_urgent")


def test_versions_of_one_kind_are_both_heard() -> None:
    class Says:
        labels = ("pneumonia", "common_cold")

        def __init__(self, condition: str) -> None:
            self.condition = condition

        def predict(self, items: Sequence[Item]) -> list[Answer]:
            return [Answer({self.condition: 1.0}) for _ in items]

    versions = [
        Version(f"triage-bert-{language}", Manifest("triage", "bert", language, "BERT", []), Says(condition))
        for language, condition in (("any", "common_cold"), ("en", "pneumonia"))
    ]
    line = json.dumps({"id": 1, "text": "I have had a runny nose and a cough for two days"})
    (result,) = score_lines([line], VisitScorer(load_triage_policy()), versions)
    assert {name: ranked[0]["id"] for name, ranked in result["by_model"].items()} == {
        "triage-bert-any": "common_cold", "triage-bert-en": "pneumonia",
    }  # fmt: skip
    assert {each["id"] for each in result["differential"]} == {"common_cold", "pneumonia"}


@pytest.mark.slow
def test_the_command_scores_both_desks_with_what_ships(tmp_path: Path) -> None:
    posts = ['{"id": 1, "text": "You are a pathetic idiot, shut up"}', "broken", '{"id": 2, "text": "Lovely photo!"}']
    (tmp_path / "posts.jsonl").write_text("\n".join(posts) + "\n", encoding="utf-8")
    call_command("score", desk="moderation", input=tmp_path / "posts.jsonl", output=tmp_path / "out.jsonl")
    rude, broken, kind = (
        json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    )
    assert (rude["flagged"], kind["flagged"]) == (True, False)
    assert rude["scores"]["insult"] > kind["scores"]["insult"]
    assert "error" in broken
    visit = {"id": 1, "text": "Runny nose, sneezing and a mild sore throat for two days", "age": 30, "sex": "f"}
    (tmp_path / "visits.jsonl").write_text(json.dumps(visit) + "\n", encoding="utf-8")
    call_command("score", desk="triage", input=tmp_path / "visits.jsonl", output=tmp_path / "out.jsonl")
    (result,) = (json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines())
    assert result["urgency"] in {"self_care", "soon"}
    assert set(result["by_model"]) >= {"triage-svm-any", "triage-bert-any"}
    assert {"condition", "icd10", "probability"} <= set(result["differential"][0])


def test_no_models_and_no_file_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="holds no model version"):
        call_command("score", desk="moderation", input=tmp_path / "x", output=tmp_path / "y", models=tmp_path)
    words = tmp_path / "models"
    words.mkdir()
    (words / "moderation-keywords-en").symlink_to(STARTERS / "moderation-keywords-en")
    with pytest.raises(CommandError, match="No such file"):
        call_command("score", desk="moderation", input=tmp_path / "x", output=tmp_path / "y", models=words)
