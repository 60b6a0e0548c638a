"""A person asks to be forgotten: nothing of the post stays in any table, and a proof without words does."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from aimass_apps.delivery.models import Delivery
from aimass_apps.learning.datasets import freeze_dataset
from aimass_apps.learning.models import Dataset, Measurement, TrainingRun
from aimass_apps.people.models import Platform, User
from aimass_apps.submissions.erasing import subject_hash
from aimass_apps.submissions.models import Erasure
from moderation.intake import Judgement, review_post, undo_review
from moderation.models import Post
from tests.moderation.api.test_posts import post
from tests.moderation.api.test_webhooks import deliver, event, signed
from tests.support.factories import answer_all, make_platform, make_version, score_by_words
from tests.support.people import make_person
from tests.support.traces import rows, tables_with

pytestmark = pytest.mark.django_db
MARKS = ("quetzalcoatl", "p-marked", "ann-of-the-mark", "marked.example")
MARKED = {"author": MARKS[2], "url": f"https://{MARKS[3]}/1"}


def bring(platform: Platform, external_id: str = MARKS[1]) -> None:
    """Two revisions of the marked post by webhook, and another post that stays."""
    sent = [
        post(1, external_id=external_id, revision=number, text=f"you {MARKS[0]} clown {number}", **MARKED)
        for number in (1, 2)
    ]
    for number, each in enumerate(sent):
        assert deliver(platform, *signed(platform, event(each), webhook_id=f"msg_{number}")).status_code == 202
    answer_all(score_by_words)


def judge(by: User) -> None:
    """Decided, taken back and decided again, with a comment: a chain of reviews, decisions and events."""
    waiting = Post.objects.get(revision=2)
    removed = Judgement(action="remove", labels=frozenset({"insult"}), comment=f"says {MARKS[0]}")
    review_post(post=waiting.pk, by=by, judgement=removed)
    undo_review(post=waiting.pk, by=by)
    review_post(post=waiting.pk, by=by, judgement=removed)


def erase(*words: str) -> str:
    said = StringIO()
    call_command("erase", *words, stdout=said)
    connection.check_constraints()
    return said.getvalue()


@pytest.fixture
def brought(platform: Platform, moderator: User) -> dict[str, int]:
    """A post that stays, then the marked one; the rows that there were between the two."""
    make_version()
    sent = signed(platform, event({"posts": [post(9, text="a clown that stays")]}), webhook_id="msg_stays")
    deliver(platform, *sent)
    answer_all(score_by_words)
    before = rows()
    bring(platform)
    judge(moderator)
    return before


def test_nothing_of_the_post_stays_and_everything_else_does(brought, moderator: User) -> None:
    during = rows()
    assert Delivery.objects.count() > 1
    assert all(tables_with(mark) for mark in MARKS)
    said = erase("--post", MARKS[1], "--by", moderator.username)
    assert [mark for mark in MARKS if tables_with(mark)] == []
    assert rows() == {**brought, "submissions_erasure": 1}
    proof = Erasure.objects.get()
    gone = {table: during[table] - brought[table] for table in during if during[table] != brought[table]}
    assert proof.counts == gone
    assert (proof.by, proof.desk) == (moderator, "moderation")
    assert proof.subject_hash in said
    assert all(f"{table:32} {count}" in said for table, count in gone.items())
    assert not any(mark in said for mark in MARKS)


def test_the_proof_can_be_told_by_who_knows_the_name_and_is_never_edited(brought, platform, moderator: User) -> None:
    erase("--post", MARKS[1], "--platform", platform.name, "--by", moderator.username)
    proof = Erasure.objects.get()
    assert proof.subject_hash == subject_hash("moderation", f"{platform.public_id} {MARKS[1]}")
    for change in (lambda: Erasure.objects.update(counts={}), proof.delete):
        with pytest.raises(ProgrammingError), transaction.atomic():
            change()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--post", "unknown", "--by", "{me}"), "No post has this external id"),
        (("--post", "", "--by", "{me}"), "No post has this external id"),
        (("--post", MARKS[1], "--platform", "Elsewhere", "--by", "{me}"), "on this platform"),
        (("--post", MARKS[1], "--by", "nobody"), "no active account"),
        (("--post", MARKS[1]), "--by"),
        (("--by", "{me}"), "--post"),
        (("--post", MARKS[1], "--visit", "KX-77", "--by", "{me}"), "not allowed with"),
    ],
)
def test_what_can_not_be_found_erases_nothing(brought, moderator: User, words, message: str) -> None:
    before = rows()
    with pytest.raises(CommandError, match=message):
        erase(*(word.replace("{me}", moderator.username) for word in words))
    assert rows() == before


def test_a_name_on_two_platforms_must_be_told_apart(brought, moderator: User) -> None:
    other = make_platform(name="Another place")
    bring(other)
    with pytest.raises(CommandError, match="Another place"):
        erase("--post", MARKS[1], "--by", moderator.username)
    erase("--post", MARKS[1], "--by", moderator.username, "--platform", "Another place")
    assert set(Post.objects.filter(external_id=MARKS[1]).values_list("platform__name", flat=True)) != {other.name}
    assert Post.objects.filter(external_id=MARKS[1]).count() == 2


@pytest.fixture
def frozen(brought) -> Dataset:
    dataset = freeze_dataset(desk="moderation", until=timezone.now())
    learned = make_version("svm", stage="candidate")
    ended = {"state": "done", "result": learned, "recipe": {}, "ended_at": timezone.now()}
    TrainingRun.objects.create(desk="moderation", kind="svm", dataset=dataset, **ended)
    Measurement.objects.create(
        version=learned, dataset=dataset, state="done", done_at=timezone.now(), metrics={"rows": 1}
    )
    return dataset


def test_a_frozen_dataset_is_named_and_goes_whole_or_nothing_goes(frozen: Dataset, moderator: User) -> None:
    before = rows()
    learned = frozen.runs.get().result
    with pytest.raises(CommandError, match=f"{frozen}.*{learned}.*--with-datasets"):
        erase("--post", MARKS[1], "--by", moderator.username)
    assert rows() == before
    said = erase("--post", MARKS[1], "--by", moderator.username, "--with-datasets")
    assert [mark for mark in MARKS if tables_with(mark)] == []
    proof = Erasure.objects.get()
    assert not Dataset.objects.exists()
    assert proof.counts["training_dataset"] == 1
    assert [str(frozen) in each and str(learned) in each for each in proof.dropped] == [True]
    assert "trained anew" in said
    assert Measurement.objects.get().metrics == {"rows": 1}  # what was measured stays known


def test_a_dataset_that_is_just_read_is_not_pulled_away(frozen: Dataset, moderator: User) -> None:
    TrainingRun.objects.create(desk="moderation", kind="bert", dataset=frozen, recipe={})
    before = rows()
    with pytest.raises(CommandError, match="stop it"):
        erase("--post", MARKS[1], "--by", moderator.username, "--with-datasets")
    assert rows() == before


def test_someone_who_left_erases_nothing(brought) -> None:
    gone = make_person()
    User.objects.filter(pk=gone.pk).update(is_active=False)
    with pytest.raises(CommandError, match="no active account"):
        erase("--post", MARKS[1], "--by", gone.username)
