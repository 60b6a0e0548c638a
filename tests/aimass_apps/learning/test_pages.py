"""Who may see and move model versions."""

import pytest
from django.urls import reverse

from aimass_apps.learning.evidence import keep_reports, rivals
from aimass_apps.learning.judge_queue import judge_waiting
from aimass_apps.learning.models import Promotion
from aimass_apps.ml.evaluate.evaluation_report import KEPT, keep_in_artefact
from aimass_apps.people.models import User
from aimass_apps.registry.models import Stage
from aimass_apps.registry.stages import move_version
from aimass_apps.registry.store import install_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(make_artefact, settings, tmp_path):
    settings.ARTEFACT_CACHE = tmp_path / "cache"
    return install_version(folder=make_artefact())


def sign_in(client, role):
    client.force_login(User.objects.create_user(f"a-{role}", role=role))
    return client


@pytest.mark.parametrize("name", ["list", "datasets", "runs"])
@pytest.mark.parametrize(("role", "status"), [("ml_engineer", 200), ("moderator", 403), ("clinician", 403)])
def test_model_pages_are_for_those_who_work_on_models(client, version, name, role, status):
    assert sign_in(client, role).get(reverse(f"models:{name}")).status_code == status


def test_an_outsider_is_asked_to_sign_in(client, version):
    page = reverse("models:detail", args=[version.pk])
    answer = client.get(page)
    assert (answer.status_code, answer["Location"]) == (302, f"{reverse('sign_in')}?next={page}")


def test_the_page_of_a_version_shows_its_card_without_trusting_it(client, version):
    version.card = "# Card\n\n<script>alert(1)</script>\n\n| a | b |\n|---|---|\n| 1 | 2 |"
    version.save()
    page = sign_in(client, "ml_engineer").get(reverse("models:detail", args=[version.pk])).content.decode()
    assert "<script>alert(1)" not in page
    assert "<td>1</td>" in page


def test_a_request_to_promote_is_written_down_and_shown(client, version):
    client = sign_in(client, "ml_engineer")
    client.post(reverse("models:promote", args=[version.pk]), {"to": "live", "reason": "first one"})
    assert Promotion.objects.get().stage == "live"
    assert "The gates are judging it" in client.get(reverse("models:detail", args=[version.pk])).content.decode()


def test_a_second_request_for_the_same_place_is_told_that_one_is_being_judged(client, version):
    client = sign_in(client, "ml_engineer")
    for _ in range(2):
        asked = {"to": "live", "reason": "two clicks"}
        answer = client.post(reverse("models:promote", args=[version.pk]), asked, follow=True)
    assert "is being judged: wait for its verdict" in answer.content.decode()
    assert Promotion.objects.count() == 1


def test_a_version_without_evidence_is_held_back_and_the_page_says_how_to_go_on(client, version):
    client = sign_in(client, "ml_engineer")
    client.post(reverse("models:promote", args=[version.pk]), {"to": "live", "reason": "first one"})
    assert judge_waiting() == 1
    page = client.get(reverse("models:detail", args=[version.pk])).content.decode()
    for text in (
        "Held back",
        "no frozen test row",
        "--without-evidence",
        f"promote {version} --to live",
        "a-ml_engineer",
    ):
        assert text in page


def test_a_canary_without_its_share_is_a_form_error(client, version):
    answer = sign_in(client, "ml_engineer").post(
        reverse("models:promote", args=[version.pk]), {"to": "canary", "reason": "try", "canary_share": ""}
    )
    assert answer.status_code == 422
    assert not Promotion.objects.exists()


def test_a_clinical_lead_may_look_and_not_move(client, version):
    client = sign_in(client, "clinical_lead")
    assert client.get(reverse("models:detail", args=[version.pk])).status_code == 200
    answer = client.post(reverse("models:promote", args=[version.pk]), {"to": "live", "reason": "x"})
    assert answer.status_code == 403


def test_taking_back_needs_something_to_go_back_to(client, version):
    move_version(version=version, to=Stage.LIVE, by=None, reason="test")
    client = sign_in(client, "ml_engineer")
    answer = client.post(reverse("models:roll_back", args=[version.pk]), {"reason": "bad"}, follow=True)
    assert "nothing to go back to" in answer.content.decode()


def test_two_who_take_back_at_once_are_told(client, version, monkeypatch):
    move_version(version=version, to=Stage.LIVE, by=None, reason="test")
    # What the second one finds: the version to go back to is live by now.
    monkeypatch.setattr("aimass_apps.learning.promotion.live_before", lambda *place: version)
    client = sign_in(client, "ml_engineer")
    answer = client.post(reverse("models:roll_back", args=[version.pk]), {"reason": "bad"}, follow=True)
    assert (answer.status_code, "is live" in answer.content.decode()) == (200, True)


def test_freezing_nothing_says_what_is_missing(client, version):
    answer = sign_in(client, "ml_engineer").post(reverse("models:freeze"), {"desk": "triage"}, follow=True)
    assert "Nobody has reviewed anything" in answer.content.decode()


def test_a_training_without_reviews_is_a_form_error(client, version):
    answer = sign_in(client, "ml_engineer").post(reverse("models:run_start"), {"place": "moderation-bert-en"})
    assert answer.status_code == 422
    assert "Nothing is frozen" in answer.content.decode()


def test_a_recipe_that_cant_be_read_is_left_out(client, version, settings, tmp_path):
    (tmp_path / "toxicity-bert-en.toml").write_text("kind = 'bert'\nnonsense = true\n")
    settings.RECIPE_DIRS = [*settings.RECIPE_DIRS, tmp_path]
    answer = sign_in(client, "ml_engineer").get(reverse("models:runs"))
    assert answer.status_code == 200
    assert "moderation · bert · en" in answer.content.decode()


REPORT = {
    "task": "swaps",
    "figures": {"rows": 40, "macro-F1": 0.81, "false-positive rate": 0.125},
    "milliseconds_per_text": 1.5,
    "curves": {"decision": {"roc": [[0, 0], [0.2, 0.7], [1, 1]], "precision_recall": [[0.1, 1], [1, 0.5]]}},
    "reliability": {"insult": [[0.1, 0.05, 0.5], [0.9, 0.95, 0.5]]},
    "labels": {"insult": {"AUC": 0.93}},
    "confusion": {"right flags": 17, "false flags": 5, "misses": 3, "right clears": 15},
    "functions": {"negation": {"rows": 20, "share": 0.7}, "quotes": {"rows": 20, "share": 0.9}},
    "false positives by group": {"north": {"rows": 20, "share": 0.3}},
    "compared": {"accuracy": {"difference": 0.05, "low": 0.01, "high": 0.09}},
}


def page_of(client, version, **query):
    return client.get(reverse("models:detail", args=[version.pk]), query).content.decode()


def test_what_the_command_line_measured_is_drawn_with_its_numbers(client, version):
    other = {**REPORT, "task": "other", "figures": {"rows": 3, "accuracy": 0.5}}
    keep_reports(version=version, reports=[REPORT, other], by=None)
    page = page_of(sign_in(client, "ml_engineer"), version, test="swaps")
    for text in ("ROC", "Calibration", "0.810", "12.5", "negation (20)", "north (20)", "Missed", "better", "1.50"):
        assert text in page
    # Every chart has its numbers as a table, for those who can't see it.
    assert page.count("Show the numbers") == 3
    assert "Judged" not in page
    assert page.index("negation (20)") < page.index("quotes (20)")


def test_figures_shipped_with_a_version_are_on_its_page(client, make_artefact, settings, tmp_path):
    settings.ARTEFACT_CACHE = tmp_path / "cache"
    folder = make_artefact("measured")
    keep_in_artefact(folder, [REPORT])
    shipped = install_version(folder=folder)
    page = page_of(sign_in(client, "ml_engineer"), shipped)
    assert "negation (20)" in page
    assert shipped.metrics["evaluation"]["swaps"]["ms a text"] == 1.5
    assert "macro-F1 0.81" in shipped.card


def test_pictures_data_that_are_no_reports_are_left_out(client, version):
    version.files.create(name=KEPT, sha256="0" * 64, content=b'{"x": 3, "y": {"figures": []}}')
    assert "Not measured yet" in page_of(sign_in(client, "ml_engineer"), version)


def test_measuring_without_frozen_reviews_says_what_is_missing(client, version):
    answer = sign_in(client, "ml_engineer").post(reverse("models:measure", args=[version.pk]), follow=True)
    assert "nothing to measure on" in answer.content.decode()


def test_a_moderator_measures_nothing(client, version):
    assert sign_in(client, "moderator").post(reverse("models:measure", args=[version.pk])).status_code == 403


def test_versions_of_one_desk_and_language_stand_beside_each_other(client, version, make_artefact):
    other = install_version(folder=make_artefact("second", term="twit"))
    keep_reports(version=version, reports=[REPORT], by=None)
    keep_reports(version=other, reports=[{**REPORT, "figures": {"macro-F1": 0.9}}, {**REPORT, "task": "else"}], by=None)
    leading, found = rivals(version, "swaps")
    assert (leading, [(each.name, each.value) for each in found]) == (
        "macro-F1",
        [(str(other), 0.9), (str(version), 0.81)],
    )
    assert all(0 < each.megabytes < 0.01 for each in found)
