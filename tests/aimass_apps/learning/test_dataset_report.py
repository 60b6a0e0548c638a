"""A version measured on frozen reviews, beside the live one, without being moved."""

import pytest
from django.urls import reverse

from aimass_apps.learning.dataset_report import Answers, frozen_report
from aimass_apps.learning.judge_queue import judge_waiting
from aimass_apps.learning.measurements import AlreadyMeasuring, NothingFrozen, request_measurement
from aimass_apps.learning.models import Dataset
from aimass_apps.people.models import User
from aimass_apps.registry.models import ModelVersion, Stage
from aimass_apps.registry.stages import move_version
from aimass_apps.registry.store import install_version
from tests.aimass_apps.learning.frozen_posts import freeze_posts

DATASET = Dataset(desk="moderation", number=4)
VISITS = Dataset(desk="triage", number=4)


def version(desk: str, labels: list[str], number: int = 1) -> ModelVersion:
    manifest = {"desk": desk, "kind": "svm", "language": "en", "name": "x", "labels": labels}
    thresholds = dict.fromkeys(labels, 0.5) if desk == "moderation" else {}
    return ModelVersion(
        desk=desk, kind="svm", language="en", number=number, manifest=manifest | {"thresholds": thresholds}
    )


def test_reviews_that_say_yes_or_no_are_labels_and_a_decision() -> None:
    labels = [{"insult": number % 4 == 0, "threat": number == 0} for number in range(40)]
    good = [{"insult": 0.9 if each["insult"] else 0.1, "threat": 0.0} for each in labels]
    poor = [{"insult": 0.9 if number % 3 == 0 else 0.1, "threat": 0.0} for number in range(40)]
    ours = Answers(version("moderation", ["insult", "threat"], 2), good, 1.25)
    live = Answers(version("moderation", ["insult", "threat"]), poor, 1.0)
    report = frozen_report(DATASET, labels, ours, live)
    assert (report["task"], report["milliseconds_per_text"]) == ("reviews moderation-4", 1.25)
    assert report["figures"]["accuracy"] == 1.0
    assert report["labels"]["insult"]["AUC"] == 1.0
    assert report["confusion"]["right flags"] == 10
    assert report["compared"]["accuracy"]["low"] > 0


def test_reviews_that_name_a_condition_are_a_ranking() -> None:
    labels = [{"gout": True, "urgency:soon": True}, {"flu": True}, {"urgency:urgent": True}]
    scores = [{"gout": 0.8, "flu": 0.1, "urgency:soon": 0.9}, {"gout": 0.7, "flu": 0.2}, {"gout": 0.5, "flu": 0.5}]
    report = frozen_report(VISITS, labels, Answers(version("triage", ["gout", "flu"]), scores, 2.0), None)
    # The third review names no condition and counts for none.
    assert (report["figures"]["rows"], report["figures"]["top-1"], report["figures"]["top-3"]) == (2, 0.5, 1.0)
    assert "compared" not in report


def test_reviews_that_name_nothing_are_no_evidence() -> None:
    answers = Answers(version("triage", ["gout"]), [{"gout": 1.0}], 1.0)
    assert frozen_report(VISITS, [{"urgency:soon": True}], answers, None)["figures"] == {"rows": 0}


@pytest.mark.django_db
def test_measuring_moves_nothing_and_is_shown_with_its_interval(make_artefact, settings, tmp_path, client):
    settings.ARTEFACT_CACHE = tmp_path / "cache"
    live, candidate = (install_version(folder=make_artefact(name, term=name)) for name in ("twit", "nitwit"))
    with pytest.raises(NothingFrozen):
        request_measurement(version=candidate, by=None)
    move_version(version=live, to=Stage.LIVE, by=None, reason="test")
    person = User.objects.create_user("engineer", role="ml_engineer")
    freeze_posts(person, 200)
    asked = request_measurement(version=candidate, by=person)
    with pytest.raises(AlreadyMeasuring):
        request_measurement(version=candidate, by=person)
    assert judge_waiting() == 1
    asked.refresh_from_db()
    candidate.refresh_from_db()
    assert (asked.state, asked.against, candidate.stage) == ("done", live, Stage.CANDIDATE)
    assert asked.metrics["reports"][0]["compared"]["accuracy"]["low"] > 0
    client.force_login(person)
    page = client.get(reverse("models:detail", args=[candidate.pk])).content.decode()
    assert "reviews moderation-1" in page
    assert "better" in page
    assert "Measured" in page
