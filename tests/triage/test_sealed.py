"""No table, log, message, address or title holds a word of a person."""

import base64
import json
import logging
import re
from collections.abc import Callable
from typing import Any

import pytest
import redis
from django.db import connection
from django.test import Client
from django.urls import reverse

from aimass_apps.people.models import User
from tests.support.visits import (
    APPENDIX,
    GOOD,
    MILD,
    add_version,
    answer,
    open_visit,
    visit_url,
)
from triage import intake
from triage.models import Assessment

pytestmark = pytest.mark.django_db


MARK = "zqx-marker-7731"


def _dump() -> str:
    """Every row of every table as text, as a plain copy of the database would hold it."""
    parts = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" t')  # noqa: S608 - names from the database itself
            parts += [row[0] for row in cursor.fetchall()]
    return "\n".join(parts)


def _messages(broker: str) -> list[str]:
    """What waits in the broker: each message, and its body decoded."""
    store = redis.Redis.from_url(broker.replace("redis+socket://", "unix://"))
    lists = [key for key in store.scan_iter("*") if store.type(key) == b"list"]
    waiting = [message.decode() for key in lists for message in store.lrange(key, 0, -1)]
    return waiting + [base64.b64decode(json.loads(message)["body"]).decode() for message in waiting]


def test_no_table_and_no_log_holds_a_word_of_a_person(
    clinician: User,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: Callable[..., Any],
    broker: str,
) -> None:
    add_version("svm")
    text = f"Runny nose {MARK} since Monday, chest pain {MARK}."
    with caplog.at_level(logging.DEBUG), django_capture_on_commit_callbacks(execute=True):
        assessment = open_visit(clinician, text, reference=f"ref {MARK}")
        answer(assessment, "svm", {APPENDIX: 1.0})
        intake.defer(assessment=assessment, by=clinician, seen=None, reason="senior", comment=f"ask {MARK}")
    assert MARK in assessment.submission.content
    dump = _dump()
    assert MARK not in dump
    assert MARK.encode().hex() not in dump
    assert assessment.submission.content_hash in dump
    assert MARK not in caplog.text
    messages = _messages(broker)
    assert messages, "the doorbell left no message to look at"
    assert not any(MARK in message for message in messages)


def test_what_stays_plain_beside_a_review_is_codes_alone(ready: Assessment, clinician: User) -> None:
    review = intake.confirm(assessment=ready, by=clinician, seen=None)
    plain = json.dumps([review.shown, review.labels, *(each.reasons for each in ready.submission.decisions.all())])
    assert MILD.split()[0] not in plain
    assert "KX-77" not in plain


def test_neither_address_nor_title_tells_of_a_person(at_desk: Client) -> None:
    answer = at_desk.post(reverse("triage:new_visit"), GOOD, follow=True)
    assert "KX" not in answer.redirect_chain[-1][0]
    title = re.search(r"<title>(.*?)</title>", answer.content.decode(), re.DOTALL)
    assert "KX-77" not in title[1]
    assert "61" not in title[1]
    assert answer.headers["Cache-Control"] == "no-store, private"


def test_the_search_keeps_the_reference_out_of_every_address(at_desk: Client, clinician: User) -> None:
    assessment = open_visit(clinician, reference="Bed 4")
    one = at_desk.post(reverse("triage:search"), {"reference": "bed 4"})
    assert one["Location"] == visit_url(assessment)
    open_visit(clinician, reference="BED  4")
    several = at_desk.post(reverse("triage:search"), {"reference": "bed 4"})
    assert several.content.decode().count("row-main") == 2
    assert "No visit has this reference" in at_desk.post(reverse("triage:search"), {"reference": "x"}).content.decode()
    # A reload of the results goes back to the list, and an address is never searched by.
    assert at_desk.get(reverse("triage:search"), {"reference": "bed 4"})["Location"] == reverse("triage:visits")
