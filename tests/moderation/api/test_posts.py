"""The platforms' endpoints: posts by key, posts by signed webhook, where a post stands. And every kind of bad input."""

import json
import threading

import pytest
from django.db import connection
from django.test import Client

from aimass_apps.people.api_keys import issue_key
from aimass_apps.submissions.models import Prediction, Submission
from moderation.intake import Incoming, Judgement, receive_posts, review_post
from moderation.models import Post
from tests.support.factories import answer_all, make_platform, make_version, score_by_words

pytestmark = pytest.mark.django_db
POSTS = "/api/v1/posts/"
PROBLEM = "application/problem+json"


@pytest.fixture
def key(platform):
    return issue_key(platform=platform)


def send(key, body, url=POSTS, **headers):
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {key}", **headers}
    return Client().post(url, sent, content_type="application/json", headers=headers)


def post(number=1, **fields):
    return {"external_id": f"p-{number}", "text": "hello there", **fields}


def assert_problem(answer, status):
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == PROBLEM
    body = answer.json()
    assert body["status"] == status
    assert {"type", "title", "status", "detail"} <= set(body)
    assert not Post.objects.exists()
    assert not Submission.objects.exists()
    return body


def test_one_post(key, platform, no_doorbell, django_capture_on_commit_callbacks):
    make_version()
    with django_capture_on_commit_callbacks(execute=True):
        answer = send(key, post(author="ann", url="https://example.org/1"))
    assert answer.status_code == 202
    stored = Post.objects.get()
    assert answer.json() == {
        "id": str(stored.public_id),
        "external_id": "p-1",
        "revision": 1,
        "repeated": False,
        "same_text": True,
    }
    assert (stored.platform, stored.author, stored.state) == (platform, "ann", "scoring")
    assert stored.submission.language == "en"
    assert Prediction.objects.filter(submission=stored.submission, state="waiting").count() == 1
    assert no_doorbell == ["aimass_apps.inference.tasks.score_waiting"]


@pytest.mark.parametrize("wrap", [lambda posts: {"posts": posts}, lambda posts: posts])
def test_five_hundred_posts_in_few_queries(key, wrap, django_assert_max_num_queries):
    make_version()
    with django_assert_max_num_queries(10):
        answer = send(key, wrap([post(number) for number in range(500)]))
    assert answer.status_code == 202
    assert [receipt["external_id"] for receipt in answer.json()["posts"]] == [f"p-{n}" for n in range(500)]
    assert Post.objects.count() == 500


def test_one_post_costs_few_queries(key, django_assert_max_num_queries):
    make_version()
    with django_assert_max_num_queries(9):
        send(key, post())


def test_a_repeat_gets_the_first_answer(key):
    first = send(key, post()).json()
    again = send(key, post()).json()
    other = send(key, post(text="something else")).json()
    assert again == {**first, "repeated": True}
    assert other == {**first, "repeated": True, "same_text": False}
    assert Submission.objects.get().text == "hello there"


def test_repeats_within_one_call_and_beside_new_ones(key):
    send(key, post(1))
    answer = send(key, {"posts": [post(1), post(2), post(2), post(3)]}).json()["posts"]
    assert [receipt["repeated"] for receipt in answer] == [True, False, True, False]
    assert answer[1]["id"] == answer[2]["id"]
    assert Post.objects.count() == 3


def test_a_revision_is_a_post_of_its_own(key):
    first, second = send(key, post()).json(), send(key, post(revision=2, text="edited")).json()
    assert first["id"] != second["id"]
    assert Client().get(f"{POSTS}p-1/", headers={"Authorization": f"Bearer {key}"}).json()["revision"] == 2


def test_platforms_do_not_see_each_other(key):
    other = issue_key(platform=make_platform())
    mine, theirs = send(key, post()).json(), send(other, post()).json()
    assert mine["id"] != theirs["id"]
    assert not theirs["repeated"]
    answer = Client().get(f"{POSTS}{mine['id']}/", headers={"Authorization": f"Bearer {other}"})
    assert (answer.status_code, answer["Content-Type"]) == (404, PROBLEM)


@pytest.mark.django_db(transaction=True)
def test_the_same_post_twice_at_once_is_one_post(platform):
    make_version()
    start, receipts = threading.Barrier(4), []

    def receive():
        start.wait()
        receipts.extend(receive_posts(platform=platform, posts=[Incoming("p-1", "hello"), Incoming("p-2", "you")]))
        connection.close()

    threads = [threading.Thread(target=receive) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Post.objects.count() == Submission.objects.count() == 2
    assert len({receipt.id for receipt in receipts}) == 2
    assert sum(not receipt.repeated for receipt in receipts) == 2


def test_where_a_post_stands(key, platform, moderator):
    make_version()
    made = send(key, post(text="what a clown")).json()
    read = {"Authorization": f"Bearer {key}"}
    before = Client().get(f"{POSTS}{made['id']}/", headers=read).json()
    assert (before["state"], before["flagged"], before["decision"]) == ("scoring", None, None)
    answer_all(score_by_words)
    review_post(post=Post.objects.get().pk, by=moderator, judgement=Judgement("remove", frozenset({"insult"})))
    after = Client().get(f"{POSTS}p-1/", headers=read).json()
    assert (after["state"], after["outcome"], after["delivery"]) == ("closed", "remove", "waiting")
    assert after["decision"]["by"] == "person"
    assert after["decision"]["reasons"] == [{"code": "review", "label": "insult"}]


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer amk_x_y"}, {"Authorization": "Basic abc"}])
def test_without_a_good_key(db, header):
    answer = Client().post(POSTS, json.dumps(post()), content_type="application/json", headers=header)
    assert_problem(answer, 401)
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b'{"text": NaN}',
        b"[" * 100_000,
        b'"text"',
        b"12",
        b"null",
        b'{"a":' + b"9" * 5000 + b"}",
    ],
)
def test_unreadable_bodies(key, body):
    assert_problem(send(key, body), 400)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/text"),
        (post(text=""), "/text"),
        (post(text=" \n"), "/text"),
        (post(text="x" * 20_001), "/text"),
        (post(text=None), "/text"),
        (post(text=["a"]), "/text"),
        (post(text="a\x00b"), "/text"),
        (post(text="\ud800"), "/text"),
        (post(external_id=""), "/external_id"),
        (post(external_id="x" * 201), "/external_id"),
        (post(external_id={"a": 1}), "/external_id"),
        (post(revision=0), "/revision"),
        (post(revision="two"), "/revision"),
        (post(revision=10**12), "/revision"),
        (post(author="x" * 201), "/author"),
        (post(url="javascript:alert(1)"), "/url"),
        ({"posts": []}, "/posts"),
        ({"posts": "p"}, "/posts"),
        ([], "/posts"),
        ({"posts": [post(n) for n in range(501)]}, "/posts"),
        ({"posts": [post(1), post(2, text="")]}, "/posts/1/text"),
        ({"posts": [1]}, "/posts/0"),
    ],
)
def test_bad_posts_are_named_by_field_and_nothing_is_written(key, body, pointer):
    problem = assert_problem(send(key, body), 400)
    assert any(error["pointer"].startswith(pointer) for error in problem["errors"]), problem


def test_too_large_a_body(key):
    assert_problem(send(key, post(text="x" * 1_000_001)), 413)


def test_another_type_of_body(key):
    answer = Client().post(POSTS, "a=1", content_type="text/plain", headers={"Authorization": f"Bearer {key}"})
    assert_problem(answer, 415)


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch"])
def test_other_methods(key, method):
    assert_problem(getattr(Client(), method)(POSTS, headers={"Authorization": f"Bearer {key}"}), 405)


@pytest.mark.parametrize("reference", ["none", "a/b", "%00", "x" * 500, "00000000-0000-0000-0000-000000000000"])
def test_unknown_posts(key, reference):
    answer = Client().get(f"{POSTS}{reference}/", headers={"Authorization": f"Bearer {key}"})
    assert_problem(answer, 404)


def test_the_schema_names_the_endpoints(db):
    schema = Client().get("/api/schema/", headers={"Accept": "application/json"}).json()
    assert {"/api/v1/posts/", "/api/v1/posts/{reference}/", "/api/v1/webhooks/{public_id}/"} <= set(schema["paths"])
    assert "202" in schema["paths"]["/api/v1/posts/"]["post"]["responses"]


@pytest.mark.parametrize("url", ["/api/v1/nothing/", "/api/v1/webhooks/not-an-id/", "/api/"])
def test_an_unknown_address_is_a_problem_too(url, db):
    assert_problem(Client().post(url, b"{}", content_type="application/json"), 404)
