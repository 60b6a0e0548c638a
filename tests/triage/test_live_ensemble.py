"""The ensemble in force: it combines stored answers, is never asked itself, and goes live and back like any version."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from aimass_apps.inference import combining
from aimass_apps.inference.kinds.ensemble.predictor import RULES, Rule
from aimass_apps.inference.predictor import Answer, Item
from aimass_apps.learning.judging import score_examples
from aimass_apps.learning.models import DatasetExample
from aimass_apps.learning.promotion import roll_back
from aimass_apps.people.models import User
from aimass_apps.registry.artefacts import read_manifest, write_manifest
from aimass_apps.registry.models import ArtefactFile, ModelVersion, Stage
from aimass_apps.registry.stages import move_version
from aimass_apps.registry.store import install_version
from tests.support.visits import APPENDIX, add_version, answer, open_visit, visit_url
from triage import live_combiners
from triage.labels import name_of
from triage.models import Assessment

pytestmark = pytest.mark.django_db
LABELS = (APPENDIX, "common_cold", "pneumonia", "migraine")
MEASURED = {"aim": 0.9, "coverage": 0.914, "cases": 1600, "confirmed": 0, "elsewhere": {"cases": 50, "coverage": 0.84}}
SURE = {APPENDIX: 0.9, "common_cold": 0.05, "pneumonia": 0.03, "migraine": 0.02}
EVEN = dict.fromkeys(LABELS, 0.25)

Install = Callable[..., ModelVersion]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, settings: Any) -> None:
    settings.ARTEFACT_CACHE = tmp_path / "cache"
    live_combiners._opened.cache_clear()


@pytest.fixture
def install(tmp_path: Path) -> Install:
    """Installs an ensemble and moves it to a stage; it leans on `svm` by `power`."""

    def installed(power: float = 0.5, stage: Stage = Stage.LIVE, language: str = "any", **kept: float) -> ModelVersion:
        folder = tmp_path / f"ensemble-{power}"
        folder.mkdir()
        groups: list[Mapping[str, float]] = [{"svm": 1.0}, {"bert": 1.0}, {"svm": power, "bert": 1 - power}]
        rules = [{**asdict(Rule(powers, 0.85, 0.0, 0, 1.3)), "powers": powers} for powers in groups]
        (folder / RULES).write_text(json.dumps({"labels": LABELS, "rules": rules, "measured": MEASURED}))
        manifest = {"desk": "triage", "kind": "ensemble", "language": language, "name": "Both", "labels": list(LABELS)}
        write_manifest(folder, manifest, [RULES])
        version = install_version(folder=folder)
        move_version(version=version, to=stage, by=None, reason="test", **kept)
        return version

    return installed


def _settled(by: User, svm: dict[str, float] | None, bert: dict[str, float] | None) -> Assessment:
    assessment = open_visit(by)
    for kind, scores in (("svm", svm), ("bert", bert)):
        answer(assessment, kind, scores)
    return assessment


@pytest.fixture
def members() -> None:
    add_version("svm")
    add_version("bert")


@pytest.mark.usefixtures("members")
def test_it_combines_stored_answers_and_is_never_asked(install: Install, clinician: User) -> None:
    version = install()
    assessment = _settled(clinician, SURE, SURE)
    outcome = assessment.sealed_outcome
    assert set(assessment.submission.predictions.values_list("version__kind", flat=True)) == {"svm", "bert"}
    first = outcome["models"][0]
    assert (first["kind"], first["version"], first["members"]) == ("ensemble", version.pk, ["bert", "svm"])
    assert first["top"][APPENDIX] == pytest.approx(outcome["differential"][0]["probability"], abs=1e-4)
    assert str(version.pk) in outcome["shown"]["versions"]
    assert outcome["likely"]["conditions"] == [APPENDIX]


@pytest.mark.usefixtures("members")
def test_a_member_that_failed_leaves_the_rule_of_the_other(install: Install, clinician: User) -> None:
    install()
    outcome = _settled(clinician, SURE, None).sealed_outcome
    assert outcome["models"][0]["members"] == ["svm"]
    assert {"code": "model_broken", "level": None, "detail": "triage-bert-any-1"} in outcome["reasons"]


@pytest.mark.usefixtures("members")
def test_a_version_for_the_texts_own_language_speaks_beside_the_member_of_its_kind(
    install: Install, clinician: User, at_desk: Client
) -> None:
    english = add_version("bert", language="en")
    install()
    assessment = open_visit(clinician, text="Runny nose and a slight cough for two days, and a sore throat.")
    for kind in ("svm", "bert"):
        answer(assessment, kind, SURE, language="any")
    answer(assessment, "bert", {"common_cold": 0.5, "pneumonia": 0.5}, language="en")
    outcome = assessment.sealed_outcome
    assert {model["name"] for model in outcome["models"]} == {
        "triage-ensemble-any-1", "triage-svm-any-1", "triage-bert-any-1", "triage-bert-en-1",
    }  # fmt: skip
    assert outcome["models"][0]["members"] == ["bert", "svm"]
    assert outcome["differential"][0]["condition"] == APPENDIX
    assert outcome["differential"][0]["probability"] == pytest.approx(outcome["models"][0]["top"][APPENDIX], abs=1e-4)
    assert outcome["shown"]["versions"][str(english.pk)]["top"] == {"common_cold": 0.5, "pneumonia": 0.5}
    page = at_desk.get(visit_url(assessment)).content.decode()
    assert "BERT (any)" in page
    assert "BERT (en)" in page


@pytest.mark.usefixtures("members")
def test_without_any_member_a_person_gets_it_with_nothing_claimed(install: Install, clinician: User) -> None:
    install()
    assessment = _settled(clinician, None, None)
    assert assessment.urgency == "soon"
    assert assessment.sealed_outcome["likely"] is None
    assert assessment.sealed_outcome["differential"] == []


@pytest.mark.usefixtures("members")
def test_where_none_is_live_nothing_is_said_to_be_known(clinician: User) -> None:
    assessment = _settled(clinician, {"common_cold": 1.0}, {"common_cold": 1.0})
    codes = [reason["code"] for reason in assessment.sealed_outcome["reasons"]]
    assert (assessment.urgency, "unmeasured" in codes) == ("soon", True)
    assert {"code": "model_missing", "level": "", "detail": "ensemble"} in assessment.submission.decisions.get().reasons


@pytest.mark.usefixtures("members")
def test_an_altered_artefact_is_not_used_and_named(install: Install, clinician: User) -> None:
    version = install()
    ArtefactFile.objects.filter(version=version, name=RULES).update(content=b"{}")
    outcome = _settled(clinician, SURE, SURE).sealed_outcome
    assert outcome["models"][0]["state"] == "failed"
    assert outcome["likely"] is None
    assert outcome["differential"][0]["condition"] == APPENDIX


@pytest.mark.usefixtures("members")
def test_it_goes_live_and_back_like_any_version(install: Install, clinician: User) -> None:
    first, second = install(0.5), install(1.0)
    assert _settled(clinician, EVEN, SURE).sealed_outcome["models"][0]["version"] == second.pk
    roll_back(desk="triage", kind="ensemble", language="any", by=None, reason="test")
    assert _settled(clinician, EVEN, SURE).sealed_outcome["models"][0]["version"] == first.pk


@pytest.mark.usefixtures("members")
def test_a_canary_answers_for_its_share_of_texts(install: Install, clinician: User) -> None:
    install(0.5)
    canary = install(1.0, Stage.CANARY, canary_share=0.9999)
    assert _settled(clinician, SURE, SURE).sealed_outcome["models"][0]["version"] == canary.pk


@pytest.mark.usefixtures("members")
def test_what_goes_live_after_a_text_was_asked_does_not_combine_its_answers(install: Install, clinician: User) -> None:
    first = install(0.5)
    asked = open_visit(clinician)
    second = install(1.0)
    canary = install(0.7, Stage.CANARY, canary_share=0.9999)
    for kind in ("svm", "bert"):
        answer(asked, kind, SURE)
    assert asked.sealed_outcome["models"][0]["version"] == first.pk
    assert _settled(clinician, SURE, SURE).sealed_outcome["models"][0]["version"] == canary.pk
    assert ModelVersion.objects.get(pk=second.pk).stage == Stage.LIVE


@pytest.mark.usefixtures("members")
def test_one_text_meets_the_canaries_together_or_not_at_all(install: Install, clinician: User) -> None:
    live = install(0.5)
    canaries = {install(1.0, Stage.CANARY, canary_share=0.5).pk, add_version("svm", Stage.CANDIDATE).pk}
    ModelVersion.objects.filter(kind="svm", number=2).update(stage=Stage.CANARY, canary_share=0.5)
    met = []
    for number in range(24):
        assessment = open_visit(clinician, text=f"Runny nose for {number} days.")
        asked = {*assessment.submission.predictions.values_list("version", flat=True), assessment.ensemble_id}
        assert asked >= canaries or (not asked & canaries and assessment.ensemble_id == live.pk)
        met.append(asked >= canaries)
        again = open_visit(clinician, text=f"Runny nose for {number} days.")
        assert again.ensemble_id == assessment.ensemble_id
    assert {True, False} == set(met)


@pytest.mark.usefixtures("members")
def test_an_ensemble_for_the_texts_own_language_goes_first(install: Install, clinician: User) -> None:
    for_any, for_english = install(0.5), install(1.0, language="en")
    english = open_visit(clinician, text="Runny nose and a slight cough for two days, and a sore throat.")
    chinese = open_visit(clinician, text="流鼻涕，咳嗽两天了，没有发烧。")
    assert (english.ensemble_id, chinese.ensemble_id) == (for_english.pk, for_any.pk)


@pytest.mark.usefixtures("members")
def test_the_page_names_the_set_and_what_was_measured_of_it(install: Install, clinician: User, at_desk: Client) -> None:
    install()
    assessment = _settled(clinician, {**SURE, APPENDIX: 0.5, "common_cold": 0.45}, SURE)
    page = at_desk.get(visit_url(assessment)).content.decode()
    assert f"{name_of(APPENDIX)}\u00a0· {name_of('common_cold')}" in page
    assert "91 of 100 on 1600 invented visits" in page
    assert "On 50 published vignettes it was 84 of 100" in page


@pytest.mark.usefixtures("members")
def test_no_set_is_promised_for_a_text_outside_the_known(install: Install, clinician: User, at_desk: Client) -> None:
    install()
    assessment = _settled(clinician, EVEN, EVEN)
    assert assessment.sealed_outcome["outside_known"]
    page = at_desk.get(visit_url(assessment)).content.decode()
    assert "Outside what the models know" in page
    assert "cases like those measured" not in page


def test_the_gates_measure_it_with_the_live_members(
    install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clinician: User
) -> None:
    whole = install()
    for kind in ("svm", "bert"):
        folder = tmp_path / kind
        folder.mkdir()
        (folder / "weights.json").write_text("{}")
        manifest = {"desk": "triage", "kind": kind, "language": "any", "name": kind, "labels": list(LABELS)}
        write_manifest(folder, manifest, ["weights.json"])
        move_version(version=install_version(folder=folder), to=Stage.LIVE, by=None, reason="test")
    real = combining.load_predictor
    monkeypatch.setattr(
        combining,
        "load_predictor",
        lambda folder, device: real(folder, device) if read_manifest(folder).kind == "ensemble" else Sure(),
    )
    submission = open_visit(clinician).submission
    example = DatasetExample(submission=submission, labels={APPENDIX: True})
    [scores] = score_examples(whole, [example]).scores
    assert max(scores, key=lambda label: scores[label]) == APPENDIX


class Sure:
    """A member without files of its own."""

    labels = LABELS

    def predict(self, items: Sequence[Item]) -> list[Answer]:
        return [Answer(SURE) for _ in items]
