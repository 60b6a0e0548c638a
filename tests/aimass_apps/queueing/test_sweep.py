"""The sweep: every job runs, whatever another one does."""

import logging

import pytest
from django.db import connection

from aimass_apps.queueing import sweep
from aimass_apps.submissions import sweeps

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def nothing_registered(monkeypatch):
    monkeypatch.setattr(sweep, "_each_minute", {})
    monkeypatch.setattr(sweep, "_each_hour", {})


def fail():
    raise ValueError("a text that nobody should read in a log")


def lose_the_connection():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


def ask_the_database():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone()[0]


@pytest.mark.parametrize("broken", [fail, lose_the_connection])
@pytest.mark.parametrize(("register", "run"), [("each_minute", "sweep_minute"), ("each_hour", "sweep_hour")])
def test_a_sweep_that_fails_stops_no_other(nothing_registered, caplog, broken, register, run):
    getattr(sweep, register)("broken", broken)
    getattr(sweep, register)("sound", ask_the_database)
    with caplog.at_level(logging.ERROR):
        assert getattr(sweep, run)() == {"sound": 1}
    assert "sweeping broken failed" in caplog.text
    assert "nobody should read" not in caplog.text


def test_each_runs_once_in_its_order_however_often_it_was_registered(nothing_registered):
    order = []
    for name in ("first", "second", "first"):
        sweep.each_minute(name, lambda name=name: order.append(name))
    sweep.sweep_minute()
    assert order == ["first", "second"]
    assert sweep.sweep_hour() == {}


def test_every_app_is_swept(monkeypatch):
    rung = []
    for place in ("submissions.sweeps", "delivery.sweeps", "learning.sweeps"):
        monkeypatch.setattr(f"aimass_apps.{place}.ring", lambda task, queue: rung.append(queue))
    assert set(sweep.sweep_minute()) >= {"predictions", "deliveries", "leases of trainings", "signs of life"}
    assert set(sweep.sweep_hour()) >= {"old deliveries", "answers to webhooks"}
    assert rung == ["inference", "background"]  # those of the learning loop are rung for work alone


def test_the_worker_for_models_elsewhere_is_called_only_for_work(monkeypatch):
    rung = []
    monkeypatch.setattr(sweeps, "ring", lambda task, queue: rung.append(queue))
    monkeypatch.setattr(sweeps.ledger, "remote_waits", lambda: True)
    sweeps.ring_scoring()
    assert rung == ["inference", "remote"]
