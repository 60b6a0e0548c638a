"""Events on their way to a real local server: signatures, retries, redirects, 410, leases, replay."""

import json
import socket
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from aimass_apps.delivery.models import Delivery, GoneEndpoint
from aimass_apps.delivery.outbox import (
    ATTEMPTS,
    WAITS,
    replay,
    switch_endpoint_on,
    wait_after,
)
from aimass_apps.delivery.run import deliver_due
from aimass_apps.delivery.tasks import deliver
from tests.support.factories import make_platform
from tests.support.patience import patience

pytestmark = pytest.mark.django_db


def test_a_decision_arrives_signed(platform, endpoint, announced, no_doorbell, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        delivery = announced()
    assert no_doorbell == ["aimass_apps.delivery.tasks.deliver"]
    deliver()
    ((headers, body),) = endpoint.got
    received = Webhook(platform.outgoing_secret).verify(body, headers)
    assert received["data"]["name"] == "Größe"
    assert headers["webhook-id"] == f"evt_{delivery.decision.public_id}"
    assert headers["content-type"] == "application/json"
    with pytest.raises(WebhookVerificationError):
        Webhook(platform.outgoing_secret).verify(body + b" ", headers)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.last_status) == ("delivered", 1, 200)
    assert delivery.delivered_at is not None
    assert deliver_due() == 0


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 404, 429, 500, 503])
def test_anything_but_2xx_is_tried_again(endpoint, announced, status):
    delivery = announced()
    endpoint.status, endpoint.headers = status, {"location": endpoint.url}
    deliver_due()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.last_status, len(endpoint.got)) == ("waiting", status, 1)
    assert timedelta(seconds=4) < delivery.next_at - timezone.now() < timedelta(seconds=6)
    assert deliver_due() == 0


def test_retry_after_is_honoured(endpoint, announced):
    delivery = announced()
    endpoint.status, endpoint.headers = 503, {"retry-after": "3600"}
    deliver_due()
    delivery.refresh_from_db()
    assert timedelta(minutes=59) < delivery.next_at - timezone.now() <= timedelta(minutes=60)


def test_the_same_id_and_a_new_time_at_each_attempt(platform, endpoint, announced, monkeypatch):
    delivery = announced()
    endpoint.status = 500
    deliver_due()
    Delivery.objects.update(next_at=timezone.now())
    endpoint.status = 204
    deliver_due()
    first, second = (headers for headers, _ in endpoint.got)
    assert first["webhook-id"] == second["webhook-id"]
    assert endpoint.got[0][1] == endpoint.got[1][1]
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("delivered", 2)


def test_given_up_after_the_last_attempt_and_replayed(endpoint, announced, platform):
    delivery = announced()
    endpoint.status = 500
    Delivery.objects.update(attempts=ATTEMPTS - 1)
    deliver_due()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.last_error) == ("failed", ATTEMPTS, "status 500")
    endpoint.status = 200
    assert replay(Delivery.objects.filter(pk=delivery.pk)) == 1
    deliver_due()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("delivered", 1)
    assert endpoint.got[0][0]["webhook-id"] == endpoint.got[1][0]["webhook-id"]


def test_410_switches_the_endpoint_off_until_it_is_opened(endpoint, announced, platform):
    announced()
    second = announced()
    endpoint.status = 410
    Delivery.objects.filter(pk=second.pk).update(next_at=timezone.now() + timedelta(hours=1))
    deliver_due()
    assert set(Delivery.objects.values_list("state", flat=True)) == {"failed"}
    assert GoneEndpoint.objects.get().endpoint == endpoint.url
    third = announced()
    assert third.state == "failed"
    assert deliver_due() == 0
    endpoint.status = 200
    assert switch_endpoint_on(platform) == 3
    deliver_due()
    assert set(Delivery.objects.values_list("state", flat=True)) == {"delivered"}


def test_another_address_is_not_off(endpoint, announced, platform):
    GoneEndpoint.objects.create(platform=platform, endpoint="http://127.0.0.1:9/old")
    assert announced().state == "waiting"


def test_nobody_listens(announced, db):
    delivery = announced(make_platform(endpoint="http://127.0.0.1:9/hook"))
    deliver_due()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.last_status) == ("waiting", None)
    assert delivery.last_error.startswith("unreachable")


def test_a_slow_answer_is_a_failure(endpoint, announced, monkeypatch):
    import threading

    monkeypatch.setattr("aimass_apps.delivery.sending.TIMEOUT", 0.2)
    endpoint.hang = threading.Event()
    delivery = announced()
    deliver_due()
    endpoint.hang.set()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.last_error) == ("waiting", "timeout")


def test_without_endpoint_there_is_no_delivery(announced):
    assert announced(make_platform(endpoint="")) is None
    assert not Delivery.objects.exists()


def test_a_platform_switched_off_gets_nothing(endpoint, announced, platform):
    announced()
    platform.active = False
    platform.save()
    deliver_due()
    assert endpoint.got == []
    assert Delivery.objects.get().last_error.startswith("refused")


def test_a_bad_secret_is_said_and_stops_nobody_else(endpoint, announced):
    bad = announced(make_platform(endpoint=endpoint.url, outgoing_secret="whsec_"))
    good = announced()
    deliver_due()
    bad.refresh_from_db()
    good.refresh_from_db()
    assert bad.last_error.startswith("refused")
    assert good.state == "delivered"


def test_private_addresses_are_refused_in_production(endpoint, announced, settings):
    settings.ALLOW_PRIVATE_ENDPOINTS = False
    delivery = announced()
    deliver_due()
    delivery.refresh_from_db()
    assert endpoint.got == []
    assert delivery.last_error.startswith("refused")


def test_the_schedule():
    assert WAITS == (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
    assert [wait_after(attempts, jitter=0.0) for attempts in range(1, ATTEMPTS)] == list(WAITS)
    assert wait_after(2, jitter=0.999) == pytest.approx(330, abs=0.1)
    assert wait_after(1, jitter=0.0, retry_after=100.0) == 100.0
    assert wait_after(9, jitter=0.0, retry_after=1.0) == 86_400


def test_the_body_is_what_was_written_with_the_decision(endpoint, announced):
    delivery = announced()
    deliver_due()
    assert json.loads(endpoint.got[0][1]) == delivery.payload
    stamp = int(endpoint.got[0][0]["webhook-timestamp"])
    assert abs(stamp - datetime.now(UTC).timestamp()) < 30


def test_what_was_given_up_goes_to_the_new_address(endpoint, announced, platform):
    delivery = announced()
    endpoint.status = 410
    deliver_due()
    assert GoneEndpoint.objects.exists()
    endpoint.status = 200
    platform.endpoint = endpoint.url + "/new"
    platform.save()
    deliver_due()
    delivery.refresh_from_db()
    assert (delivery.state, GoneEndpoint.objects.exists()) == ("delivered", False)


def test_an_attempt_that_breaks_is_its_own_failure_alone(endpoint, announced, monkeypatch):
    broken, whole = announced(), announced()

    def sign(*, event_id, **rest):
        if event_id == broken.event_id:
            raise RuntimeError("sealed with a lost key")
        return {}

    monkeypatch.setattr("aimass_apps.delivery.run.sign", sign)
    deliver_due()
    broken.refresh_from_db()
    whole.refresh_from_db()
    assert (broken.state, broken.last_error, whole.state) == ("waiting", "broken: RuntimeError", "delivered")


def test_a_date_beyond_all_calendars_is_no_request_to_wait(endpoint, announced):
    delivery = announced()
    endpoint.status, endpoint.headers = 503, {"retry-after": f"Mon, 01 Jan {'9' * 30} 00:00:00 GMT"}
    deliver_due()
    delivery.refresh_from_db()
    assert (delivery.last_status, delivery.state) == (503, "waiting")


def test_an_endpoint_that_answers_drop_by_drop_ends_nobodys_day(announced, monkeypatch):
    over = threading.Event()

    def drip(server: socket.socket) -> None:
        connection, _address = server.accept()
        with connection, suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\nx-slow: ")
            for _drop in range(250):
                if over.wait(0.02):
                    break
                connection.sendall(b"x")

    monkeypatch.setattr("aimass_apps.delivery.run.BATCH_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as server:
        dripping = threading.Thread(target=drip, args=[server], daemon=True)
        dripping.start()
        delivery = announced(make_platform(endpoint=f"http://127.0.0.1:{server.getsockname()[1]}/"))
        assert deliver_due(clock=iter([0.0, 1.0, 9.0]).__next__) == 1
        over.set()
        dripping.join(patience(5))
    delivery.refresh_from_db()
    assert (delivery.state, delivery.last_error) == ("waiting", "timeout")
