"""The page of deliveries: who sees it, what it says, what its buttons do."""

import pytest
from django.test import Client
from django.urls import reverse

from aimass_apps.delivery.models import Delivery, GoneEndpoint
from aimass_apps.delivery.run import deliver_due
from aimass_apps.people.models import User
from aimass_apps.people.roles import Role

pytestmark = pytest.mark.django_db
PAGE = "/deliveries/"


def sign_in(role):
    client = Client()
    client.force_login(User.objects.create_user(username=f"the-{role}", role=role))
    return client


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.SENIOR_MODERATOR, Role.CLINICIAN, Role.ML_ENGINEER])
def test_other_roles_are_refused(announced, platform, role):
    delivery, client = announced(), sign_in(role)
    replay = reverse("delivery:replay", args=[delivery.decision.public_id])
    opening = reverse("delivery:open_endpoint", args=[platform.public_id])
    assert [client.get(PAGE).status_code, client.post(replay).status_code, client.post(opening).status_code] == [
        403
    ] * 3


def test_an_outsider_is_asked_to_sign_in():
    assert Client().get(PAGE)["Location"].startswith(reverse("sign_in"))


def test_nothing_yet():
    assert "Nothing was sent yet" in sign_in(Role.ADMINISTRATOR).get(PAGE).content.decode()


def test_what_failed_is_shown_and_sent_again(announced, endpoint):
    delivery, client = announced(), sign_in(Role.ADMINISTRATOR)
    endpoint.status = 500
    Delivery.objects.update(attempts=9)
    deliver_due()
    page = client.get(PAGE, {"state": "failed"}).content.decode()
    assert delivery.event_id in page
    assert "status 500" in page
    assert "Größe" not in page
    endpoint.status = 200
    client.post(reverse("delivery:replay", args=[delivery.decision.public_id]))
    deliver_due()
    assert Delivery.objects.get().state == "delivered"


def test_an_endpoint_that_is_gone_can_be_opened(announced, endpoint, platform):
    announced()
    client = sign_in(Role.ADMINISTRATOR)
    endpoint.status = 410
    deliver_due()
    assert "410 Gone" in client.get(PAGE).content.decode()
    client.post(reverse("delivery:open_endpoint", args=[platform.public_id]))
    assert not GoneEndpoint.objects.exists()
    assert Delivery.objects.get().state == "waiting"


def test_nonsense_in_the_address(announced):
    announced()
    client = sign_in(Role.ADMINISTRATOR)
    assert client.get(PAGE, {"state": "exploded", "page": "x"}).status_code == 200
    missing = reverse("delivery:replay", args=["00000000-0000-0000-0000-000000000000"])
    assert client.post(missing).status_code == 302
