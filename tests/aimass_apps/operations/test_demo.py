"""Demo data in and out, with what people made of it in between."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from aimass_apps.learning.datasets import freeze_dataset
from aimass_apps.learning.models import Dataset
from aimass_apps.operations import demo_views
from aimass_apps.operations.demo import load_demo, wipe_demo
from aimass_apps.people.accounts import create_demo_accounts
from aimass_apps.people.models import Platform, User
from aimass_apps.submissions.models import Submission
from aimass_apps.submissions.settling import settle_forgotten
from moderation.intake import Judgement, review_post, take_next

pytestmark = pytest.mark.django_db


def test_wiping_leaves_nothing_of_the_demo_not_even_what_was_frozen(client):
    create_demo_accounts()
    fed = load_demo()
    assert fed["posts"] > 200
    assert fed["visits"] >= 24
    assert load_demo()["posts"] == 0
    while settle_forgotten():
        pass
    moderator = User.objects.get(username="moderator")
    post = take_next(by=moderator)
    review_post(post=post.pk, by=moderator, judgement=Judgement(action="remove", labels=frozenset({"insult"})))
    freeze_dataset(desk="moderation", until=timezone.now())
    assert wipe_demo() == fed
    assert not Submission.objects.exists()
    assert not Platform.objects.filter(is_demo=True).exists()
    assert not Dataset.objects.exists()


def test_production_takes_no_demo_data(client, settings):
    settings.PRODUCTION = True
    client.force_login(User.objects.create_user("someone", role="administrator"))
    with pytest.raises(CommandError, match="create_administrator") as refused:
        call_command("demo")
    assert "\n" not in str(refused.value)
    answer = client.post(reverse("demo_feed"), follow=True)
    assert "no place in production" in answer.content.decode()
    assert reverse("demo_feed") not in answer.content.decode()
    assert not Submission.objects.exists()
    call_command("demo", "--wipe", stdout=StringIO())


@pytest.mark.parametrize("name", ["demo_feed", "demo_wipe"])
@pytest.mark.parametrize(("role", "status"), [("administrator", 302), ("ml_engineer", 403), ("moderator", 403)])
def test_only_the_administrator_feeds_and_wipes(client, monkeypatch, name, role, status):
    rung = []
    monkeypatch.setattr(demo_views, "ring", lambda *task: rung.append(task) or True)
    client.force_login(User.objects.create_user("someone", role=role))
    assert client.post(reverse(name)).status_code == status
    assert len(rung) == (status == 302)
