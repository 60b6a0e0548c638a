"""The learned urgency in force: drawn with what is asked, kept, never asked itself, live and back like any version."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from aimass_apps.inference import combining
from aimass_apps.inference.predictor import Answer, Item
from aimass_apps.learning.dataset_report import Answers, frozen_report
from aimass_apps.learning.judging import score_examples
from aimass_apps.learning.models import Dataset, DatasetExample
from aimass_apps.learning.promotion import roll_back
from aimass_apps.people.models import User
from aimass_apps.registry.artefacts import read_manifest, write_manifest
from aimass_apps.registry.models import ArtefactFile, ModelVersion, Stage
from aimass_apps.registry.stages import move_version
from aimass_apps.registry.store import install_version
from tests.support.visits import add_version, answer, open_visit, visit_url
from triage import live_combiners
from triage.levels import LEVELS
from triage.models import Assessment
from triage.policy import load_policy
from triage.urgency.predictor import LAYER

pytestmark = pytest.mark.django_db
LABELS = ("common_cold", "pneumonia", *(f"urgency:{level}" for level in LEVELS))
COLD = dict.fromkeys(LABELS, 0.0) | {"common_cold": 0.9, "pneumonia": 0.1, "urgency:self_care": 1.0}
SAYS = "The learned urgency could not be used"

Install = Callable[..., ModelVersion]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, settings: Any) -> None:
    settings.ARTEFACT_CACHE = tmp_path / "cache"
    live_combiners._opened.cache_clear()


@pytest.fixture(autouse=True)
def only_what_is_learned_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shipped policy without the share of the conditions, and without what asks for vital signs."""
    policy = replace(load_policy(), combined_share=0.0, likely_from=1.0, needs_vitals=False)
    monkeypatch.setattr("triage.proposal.current_policy", lambda: policy)


@pytest.fixture
def members() -> None:
    add_version("svm")
    add_version("bert")


@pytest.fixture
def install(tmp_path: Path) -> Install:
    """Installs a layer that finds one level likeliest whatever it hears, and moves it to a stage."""

    def installed(level: str, stage: Stage = Stage.LIVE, **kept: float) -> ModelVersion:
        folder = tmp_path / f"layer-{level}"
        folder.mkdir()
        bias = [9.0 if each == level else 0.0 for each in LEVELS]
        content = {"voices": ["svm", "bert"], "encoder": "bert", "labels": sorted(LABELS), "bias": bias}
        weights = [[0.0] * (20 + len(LABELS))] * len(LEVELS)
        (folder / LAYER).write_text(json.dumps(content | {"weights": weights}))
        manifest = {"desk": "triage", "kind": "urgency", "language": "any", "name": "Layer"}
        write_manifest(folder, manifest | {"labels": list(LABELS[2:])}, [LAYER])
        version = install_version(folder=folder)
        move_version(version=version, to=stage, by=None, reason="test", **kept)
        return version

    return installed


def _settled(by: User, **more: Any) -> Assessment:
    assessment = open_visit(by, **more)
    for kind in ("svm", "bert"):
        answer(assessment, kind, COLD)
    return assessment


@pytest.mark.usefixtures("members")
def test_it_has_its_share_is_never_asked_and_is_kept_for_the_record(install: Install, clinician: User) -> None:
    version = install("very_urgent")
    assessment = _settled(clinician)
    outcome = assessment.sealed_outcome
    assert (assessment.urgency, assessment.urgency_layer) == ("very_urgent", version)
    assert set(assessment.submission.predictions.values_list("version__kind", flat=True)) == {"svm", "bert"}
    assert (outcome["layer"]["version"], outcome["layer"]["state"]) == (version.pk, "done")
    assert outcome["shown"]["versions"][str(version.pk)]["top"]["very_urgent"] > 0.99


@pytest.mark.usefixtures("members")
@pytest.mark.parametrize("broken", [b"{}", b"[]", b"no JSON"])
def test_a_broken_one_is_named_and_leaves_the_models_mean(
    broken: bytes, install: Install, clinician: User, at_desk: Client
) -> None:
    version = install("self_care")
    ArtefactFile.objects.filter(version=version, name=LAYER).update(content=broken)
    assessment = _settled(clinician)
    outcome, reasons = assessment.sealed_outcome, assessment.submission.decisions.get().reasons
    assert (outcome["layer"]["state"], outcome["levels"]["self_care"]) == ("failed", pytest.approx(0.95))
    assert {"code": "model_broken", "level": "", "detail": "urgency"} in reasons
    assert SAYS in at_desk.get(visit_url(assessment)).content.decode()


@pytest.mark.usefixtures("members")
def test_a_missing_one_is_named_and_leaves_the_models_mean(clinician: User, at_desk: Client) -> None:
    assessment = _settled(clinician)
    assert (assessment.urgency_layer, assessment.sealed_outcome["layer"]) == (None, None)
    assert {"code": "model_missing", "level": "", "detail": "urgency"} in assessment.submission.decisions.get().reasons
    assert SAYS in at_desk.get(visit_url(assessment)).content.decode()


@pytest.mark.usefixtures("members")
def test_the_page_says_nothing_of_one_that_had_its_share(install: Install, clinician: User, at_desk: Client) -> None:
    install("urgent")
    assert SAYS not in at_desk.get(visit_url(_settled(clinician))).content.decode()


@pytest.mark.usefixtures("members")
def test_it_goes_live_and_back_like_any_version(install: Install, clinician: User) -> None:
    install("urgent")
    install("very_urgent")
    assert _settled(clinician).urgency == "very_urgent"
    roll_back(desk="triage", kind="urgency", language="any", by=None, reason="test")
    assert _settled(clinician).urgency == "urgent"


@pytest.mark.usefixtures("members")
def test_what_goes_live_after_a_text_was_asked_has_no_share_in_its_answer(install: Install, clinician: User) -> None:
    install("urgent")
    asked = open_visit(clinician)
    install("very_urgent")
    canary = install("immediate", Stage.CANARY, canary_share=0.9999)
    for kind in ("svm", "bert"):
        answer(asked, kind, COLD)
    assert asked.urgency == "urgent"
    assert _settled(clinician).urgency_layer == canary


class Cold:
    """A member without files of its own."""

    labels = LABELS

    def predict(self, items: Sequence[Item]) -> list[Answer]:
        return [Answer(COLD) for _ in items]


def test_the_gates_measure_it_with_the_live_members_by_the_level(
    install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clinician: User
) -> None:
    whole = install("urgent")
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
        lambda folder, device: real(folder, device) if read_manifest(folder).kind == "urgency" else Cold(),
    )
    labels = {"common_cold": True, "urgency:urgent": True}
    scored = score_examples(whole, [DatasetExample(submission=open_visit(clinician).submission, labels=labels)])
    assert max(scored.scores[0], key=lambda label: scored.scores[0][label]) == "urgency:urgent"
    said = Answers(whole, scored.scores * 2, 1.0)
    other = {"common_cold": True, "urgency:soon": True}
    report = frozen_report(Dataset(desk="triage", number=1), [labels, other], said, None)
    assert set(report["labels"]) == {"urgency:urgent", "urgency:soon"}
    assert "top-1" not in report["figures"]
