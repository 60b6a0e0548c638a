"""Naive Bayes over coded findings: what it reads, and how findings move its probabilities."""

import json
from pathlib import Path

import pytest

from aimass_apps.inference.output_head import plain_head
from aimass_apps.inference.predictor import Answer, Item, load_predictor
from aimass_apps.registry.artefacts import write_manifest
from triage.bayes.fit import tables
from triage.bayes.predictor import FILES, TABLES, BayesPredictor
from triage.corpus.training_rows import condition_labels
from triage.knowledge.load import load_catalogue

SETTINGS = {
    "mix": 0.05, "rarest": 0.002, "absent": 0.5, "unmentioned": 0.1, "asked": 0.9, "against": 0.7,
    "prevalence_power": 0.5,
}  # fmt: skip
GROUPS = [{"activation": "softmax", "labels": condition_labels()}]
CHEST = "Crushing central chest pain spreading to the left arm for an hour, sweating."


@pytest.fixture(scope="module")
def bayes() -> BayesPredictor:
    return BayesPredictor(tables(load_catalogue(), SETTINGS), plain_head(GROUPS, reads=("tell_facts",)))


def _ask(bayes: BayesPredictor, text: str, **facts: object) -> Answer:
    return bayes.predict([Item(text, facts)])[0]


def test_present_findings_rank_the_conditions_that_have_them(bayes: BayesPredictor) -> None:
    scores = _ask(bayes, CHEST, age_years=61.0, sex="male").scores
    assert max(scores, key=lambda name: scores[name]) == "myocardial_infarction"
    assert sum(scores.values()) == pytest.approx(1, abs=1e-4)


def test_a_denied_finding_counts_against_and_a_silent_one_hardly(bayes: BayesPredictor) -> None:
    plain = _ask(bayes, "A dry cough for a week.").scores["pneumonia"]
    silent = _ask(bayes, "A dry cough for a week. Works as a teacher.").scores["pneumonia"]
    denied = _ask(bayes, "A dry cough for a week. No fever.").scores["pneumonia"]
    assert silent == pytest.approx(plain, rel=1e-3)
    assert denied < 0.8 * plain


def test_age_sex_and_vital_signs_of_the_form_count(bayes: BayesPredictor) -> None:
    text = "Pain in the lower belly."
    woman, man = (_ask(bayes, text, age_years=27.0, sex=sex).scores for sex in ("female", "male"))
    assert woman["ectopic_pregnancy"] > 20 * man["ectopic_pregnancy"]
    cool = _ask(bayes, "A cough.", age_years=40.0, vitals={"temperature": 36.8}).scores
    hot = _ask(bayes, "A cough.", age_years=40.0, vitals={"temperature": 39.0}).scores
    assert hot["pneumonia"] > cool["pneumonia"]


@pytest.mark.parametrize("lead", ["", "\n  "])
def test_its_spans_are_findings_in_the_visits_own_words(bayes: BayesPredictor, lead: str) -> None:
    text = f"{lead}Sweating. Denies fever. His father had a heart attack."
    spans = _ask(bayes, text, age_years=61.0, sex="male", vitals={"heart_rate": 104}).spans
    read = {(text[span.start : span.end], span.label, span.rule) for span in spans}
    assert {("Sweating", "sweating", "present"), ("fever", "fever", "absent")} <= read
    assert not any(label == "coronary_disease" and rule == "present" for _, label, rule in read)


@pytest.mark.parametrize("text", ["", "???", "Wo ist der Bahnhof?"])
def test_a_text_without_findings_gives_what_is_usual(bayes: BayesPredictor, text: str) -> None:
    answer = _ask(bayes, text)
    assert answer.spans == ()
    assert max(answer.scores.values()) < 0.1


def test_stored_and_opened_it_answers_the_same(bayes: BayesPredictor, tmp_path: Path) -> None:
    (tmp_path / TABLES).write_text(json.dumps(tables(load_catalogue(), SETTINGS)))
    bayes.head.write(tmp_path)
    manifest = {"desk": "triage", "kind": "bayes", "language": "any", "name": "Bayes", "labels": list(bayes.labels)}
    write_manifest(tmp_path, manifest, FILES)
    opened = load_predictor(tmp_path)
    assert opened.predict([Item(CHEST)]) == bayes.predict([Item(CHEST)])
