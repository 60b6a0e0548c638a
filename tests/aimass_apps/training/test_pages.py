"""Who may see and move model versions."""

import pytest
from django.urls import reverse

from aimass_apps.people.models import User
from aimass_apps.registry.store import install_version
from aimass_apps.training.models import Evaluation
from aimass_apps.training.promotion import promote
from tests.aimass_apps.registry.conftest import make_artefact  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(make_artefact, settings, tmp_path):  # noqa: F811 - the fixture by its name
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


def test_a_wish_to_promote_is_written_down_and_shown(client, version):
    client = sign_in(client, "ml_engineer")
    client.post(reverse("models:promote", args=[version.pk]), {"to": "live", "reason": "first one"})
    assert Evaluation.objects.get().asked_stage == "live"
    assert "being judged" in client.get(reverse("models:detail", args=[version.pk])).content.decode()


def test_a_canary_without_its_share_is_a_form_error(client, version):
    answer = sign_in(client, "ml_engineer").post(
        reverse("models:promote", args=[version.pk]), {"to": "canary", "reason": "try", "canary_share": ""}
    )
    assert answer.status_code == 422
    assert not Evaluation.objects.exists()


def test_a_clinical_lead_may_look_and_not_move(client, version):
    client = sign_in(client, "clinical_lead")
    assert client.get(reverse("models:detail", args=[version.pk])).status_code == 200
    answer = client.post(reverse("models:promote", args=[version.pk]), {"to": "live", "reason": "x"})
    assert answer.status_code == 403


def test_taking_back_needs_something_to_go_back_to(client, version):
    promote(version=version, to="live", by=None, reason="test")
    client = sign_in(client, "ml_engineer")
    answer = client.post(reverse("models:roll_back", args=[version.pk]), {"reason": "bad"}, follow=True)
    assert "nothing to go back to" in answer.content.decode()


def test_two_who_take_back_at_once_are_told(client, version, monkeypatch):
    promote(version=version, to="live", by=None, reason="test")
    # What the second one finds: the version to go back to is live by now.
    monkeypatch.setattr("aimass_apps.training.promotion.live_before", lambda *place: version)
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
