"""Undo: what held before holds again, as a new decision. And what platforms may be told, as the API describes it."""

import pytest
from django.test import Client
from django.utils import timezone

from aimass_apps.delivery.models import Delivery
from aimass_apps.registry.models import ModelVersion
from aimass_apps.submissions.decisions import current_decision
from aimass_apps.submissions.models import Decision, Review
from moderation.actions import ACTIONS, UNDO, taken_by_people
from moderation.desk import ModerationDesk
from moderation.events import TYPES
from moderation.intake import Incoming, Judgement, NothingToUndo, receive_posts, reverse_decision, review_post
from moderation.intake.reviewing import undo_review
from moderation.metrics import metrics
from moderation.models import Post
from moderation.queries import history, standing_review
from moderation.risk_cases.reviewed import reviewed_cases
from tests.support.factories import answer_all, make_version, receive, score_by_words

pytestmark = pytest.mark.django_db
ACTS = {
    each.outcome: Judgement(
        each.outcome, frozenset({"insult"} if each.needs_labels else ()), next(iter(each.button.reasons))
    )
    for each in taken_by_people()
}


@pytest.fixture
def after(platform, moderator, senior, use_policy):
    """A post after what came of it: `clear`, `flag` or `drawn`, then the steps of the moderator (m) and senior (s)."""
    make_version()

    def run(start: str, *steps: str) -> Post:
        use_policy(audit_share=1.0 if start == "drawn" else 0.0)
        (post,) = receive(platform, "you clown" if start == "flag" else "a quiet day")
        answer_all(score_by_words)
        for step in steps:
            who, act = step.split()
            person = {"m": moderator, "s": senior}[who]
            if act == "undo":
                undo_review(post=post.pk, by=person)
            elif Post.objects.get(pk=post.pk).state == "queued":
                review_post(post=post.pk, by=person, judgement=ACTS[act])
            else:
                reverse_decision(post=post.pk, by=person, judgement=ACTS[act])
        return Post.objects.get(pk=post.pk)

    return run


@pytest.mark.parametrize(
    ("start", "steps", "state", "outcome", "told", "taught"),
    [
        ("flag", ["m remove", "m undo"], "queued", "", "reopen", None),
        ("flag", ["m remove", "s approve", "s undo"], "closed", "remove", "remove", "remove"),
        ("flag", ["m approve", "s remove", "s undo"], "closed", "approve", "approve", "approve"),
        ("flag", ["m remove", "s approve", "s undo", "s approve", "s undo"], "closed", "remove", "remove", "remove"),
        ("flag", ["m remove", "s approve", "s undo", "s approve"], "closed", "approve", "approve", "approve"),
        ("flag", ["m remove", "m undo", "m approve", "m undo"], "queued", "", "reopen", None),
        ("flag", ["m remove", "m undo", "m approve", "s remove", "s undo"], "closed", "approve", "approve", "approve"),
        ("clear", ["s remove", "s undo"], "closed", "clear", "clear", None),
        ("clear", ["s remove", "s undo", "s remove"], "closed", "remove", "remove", "remove"),
        ("drawn", ["m remove", "m undo"], "queued", "clear", "clear", None),
        ("drawn", ["m remove", "m undo", "m approve"], "closed", "approve", "approve", "approve"),
        ("drawn", ["m remove", "s approve", "s undo"], "closed", "remove", "remove", "remove"),
    ],
)
def test_what_held_before_holds_again(after, moderator, senior, start, steps, state, outcome, told, taught):
    post = after(start, *steps)
    assert (post.state, post.outcome) == (state, outcome)
    decision = current_decision(post.submission)
    assert (decision.action, decision.delivery.payload["data"]["decision"]["action"]) == (told, told)
    # Append-only: each decision but the first names the one that it reverses.
    in_order = list(Decision.objects.filter(submission=post.submission).order_by("pk"))
    assert [each.reverses for each in in_order] == [None, *in_order[:-1]]
    assert [example.review.verdict for example in ModerationDesk().examples(timezone.now())] == (
        [taught] if taught else []
    )
    last = moderator if steps[-1].startswith("m") else senior
    assert post.taken_by == (last if state == "queued" else None)


def test_the_restored_decision_gives_the_reasons_of_the_first(after, moderator):
    post = after("flag", "m remove", "s approve", "s undo")
    first, _, restored = Decision.objects.filter(submission=post.submission).order_by("pk")
    assert restored.reasons == first.reasons
    assert next(ModerationDesk().examples(timezone.now())).review.by == moderator
    assert list(history(by=moderator)) == [post]


@pytest.mark.parametrize(
    ("start", "steps", "wrong_to_clear"),
    [
        ("flag", ["m remove", "s approve"], [False]),
        ("flag", ["m remove", "s approve", "s undo"], [True]),
        ("clear", ["s remove"], [True]),
        ("clear", ["s remove", "s undo"], []),
    ],
)
def test_risk_is_measured_on_the_judgement_that_holds(after, start, steps, wrong_to_clear):
    after(start, *steps)
    version = ModelVersion.objects.get()
    assert [case.wrong for case in reviewed_cases(version).clear] == wrong_to_clear


def test_an_undo_is_not_undone(after, senior):
    post = after("flag", "m remove", "s approve", "s undo")
    with pytest.raises(NothingToUndo):
        undo_review(post=post.pk, by=senior)


@pytest.mark.parametrize(
    ("verdicts", "stands"),
    [
        ([], None),
        (["remove"], 0),
        (["remove", UNDO], None),
        (["remove", "approve"], 1),
        (["remove", "approve", UNDO], 0),
        (["remove", "approve", UNDO, UNDO], None),
        (["remove", UNDO, "approve", "remove", UNDO], 2),
    ],
)
def test_which_review_stands(verdicts, stands):
    reviews = [Review(pk=number, verdict=verdict) for number, verdict in enumerate(verdicts)]
    found = standing_review(reviews)
    assert found == (None if stands is None else reviews[stands])


def test_a_revision_that_is_outdated_meanwhile_does_not_wait_again(platform, moderator):
    make_version()
    for revision in (1, 2):
        receive_posts(platform=platform, posts=[Incoming("post", "what a clown", revision=revision)])
        answer_all(score_by_words)
        if revision == 1:
            review_post(post=Post.objects.get().pk, by=moderator, judgement=ACTS["remove"])
    undone = undo_review(post=Post.objects.get(revision=1).pk, by=moderator)
    assert (undone.state, undone.outcome, undone.taken_by) == ("closed", "superseded", None)
    assert list(Delivery.objects.order_by("pk").values_list("payload__data__decision__action", flat=True)) == [
        "remove",
        "reopen",
        "superseded",
    ]


def test_removing_without_a_label_states_none(after, moderator):
    post = after("flag")
    review_post(post=post.pk, by=moderator, judgement=Judgement("remove"))
    assert Review.objects.get().labels == {}
    assert list(ModerationDesk().examples(timezone.now())) == []


def test_a_label_that_a_review_does_not_state_is_not_measured():
    rows = [({"insult": True}, {"insult": 0.9, "spam": 0.9}, 1.0), ({"spam": False}, {"insult": 0.9, "spam": 0.2}, 1.0)]
    assert metrics(rows) == {"brier": pytest.approx((0.1**2 + 0.2**2) / 2)}


def test_every_event_is_described(after, platform, moderator):
    """Whatever the desk can tell a platform is driven here, and the API's description lists just that."""
    after("flag", "m remove", "m undo")
    after("clear")
    for act in ACTS:
        after("flag", f"m {act}")
    for revision in (2, 1):
        receive_posts(platform=platform, posts=[Incoming("post", "what a clown", revision=revision)])
    answer_all(score_by_words)
    told = list(Delivery.objects.values_list("payload", flat=True))
    schema = Client().get("/api/schema/", headers={"Accept": "application/json"}).json()
    described = schema["components"]["schemas"]
    assert {each["type"] for each in told} == set(TYPES) == set(schema["webhooks"])
    assert {each["data"]["decision"]["action"] for each in told} == {each.outcome for each in ACTIONS}
    assert described["ActionEnum"]["enum"] == [each.outcome for each in ACTIONS]
    assert described["Event"]["properties"]["type"]["enum"] == list(TYPES)
    for each in told:
        assert set(each) == set(described["Event"]["properties"])
        assert set(each["data"]) == set(described["EventData"]["properties"])
        assert set(each["data"]["post"]) == set(described["EventPost"]["properties"])
        assert set(each["data"]["decision"]) == set(described["Decision"]["properties"])
