"""From reviews and labelled files to rules for one version."""

import csv
import dataclasses
import io

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from aimass_apps.ml.risk import NEVER
from aimass_apps.people.accounts import SYSTEM
from aimass_apps.registry.models import Stage
from aimass_apps.registry.stages import move_version
from aimass_apps.registry.store import install_version
from moderation.decide import VersionAnswer, decide
from moderation.intake import Judgement, escalate_post, review_post
from moderation.models import PolicyRevision, Post
from moderation.operating_point import OPERATING_POINTS, act_point, clear_point, moved, rules_at
from moderation.policy import Policy, VersionRules
from moderation.policy_revisions import current_policy
from moderation.risk_cases.reviewed import reviewed_cases
from tests.support.factories import answer_all, make_version, receive, score_by_words

POLICY = Policy(version="test-1")
LIMITS = {"toxic": 0.5, "insult": 0.6}


def bert(**scores: float) -> VersionAnswer:
    return VersionAnswer("bert-1", "bert", scores, LIMITS)


def test_the_operating_point_moves_thresholds_in_log_odds():
    assert moved(LIMITS, 0.0) == pytest.approx(LIMITS)
    assert moved({"toxic": 0.5}, -1.0)["toxic"] == pytest.approx(0.268941)


@pytest.mark.parametrize("toxic", [0.05, 0.3, 0.49])
def test_a_post_is_cleared_from_its_point_on_and_not_before(toxic):
    answer = bert(toxic=toxic, insult=0.01)
    point = clear_point([answer], answer, POLICY)
    for operating_point in OPERATING_POINTS:
        rules = VersionRules(**rules_at(LIMITS, clear=operating_point, act=None))
        step = decide([answer], dataclasses.replace(POLICY, versions={"bert-1": rules}), 1.0).step
        assert (step == "clear") == (operating_point >= point)


@pytest.mark.parametrize("insult", [0.61, 0.8, 0.97])
def test_a_post_is_removed_from_its_point_on_and_not_before(insult):
    answer = bert(toxic=0.1, insult=insult)
    point = act_point(answer, POLICY)
    for operating_point in OPERATING_POINTS:
        rules = VersionRules(**rules_at(LIMITS, clear=None, act=operating_point))
        step = decide([answer], dataclasses.replace(POLICY, versions={"bert-1": rules}), 1.0).step
        assert (step == "act") == (operating_point >= point)


def test_what_is_flagged_is_never_cleared_and_what_is_clear_never_removed():
    assert clear_point([bert(toxic=0.6)], bert(toxic=0.6), POLICY) == NEVER
    assert act_point(bert(toxic=0.4), POLICY) == NEVER


@pytest.fixture
def everything_audited(use_policy):
    use_policy(audit_share=1.0)


def judge(post, by, action):
    review_post(post=post.pk, by=by, judgement=Judgement(action))


@pytest.mark.django_db
def test_reviews_count_up_to_the_oldest_post_that_waits(platform, moderator, senior, everything_audited):
    version = make_version()
    fair, wrong, stuck, waiting, late = receive(platform, "a quiet day", "quiet too", "you clown", "calm", "a clown")
    answer_all(score_by_words)
    for place, post in enumerate((fair, wrong, stuck, waiting, late)):
        Post.objects.filter(pk=post.pk).update(received_at=timezone.now() + timezone.timedelta(minutes=place - 60))
    judge(fair, moderator, "approve")
    judge(wrong, moderator, "remove")
    judge(late, moderator, "remove")
    escalate_post(post=stuck.pk, by=moderator, note="hard")
    found = reviewed_cases(version)
    assert found.audited == 2
    cleared = {case.key: case for case in found.clear}
    assert cleared.keys() == {post.public_id.hex for post in (fair, wrong, stuck)}
    assert [cleared[post.public_id.hex].wrong for post in (fair, wrong, stuck)] == [False, True, True]
    assert cleared[stuck.public_id.hex].point == NEVER
    removed = {case.key: case for case in found.act}
    # Nobody has decided it, so a removal by itself would count as an error.
    assert removed[stuck.public_id.hex].wrong
    assert removed[stuck.public_id.hex].point < 0


@pytest.mark.django_db
def test_posts_that_another_version_decided_do_not_count(platform, moderator, everything_audited):
    baseline = make_version("svm")
    make_version("bert")
    (post,) = receive(platform, "a quiet day")
    answer_all(score_by_words)
    judge(post, moderator, "approve")
    assert reviewed_cases(baseline).clear == []


@pytest.fixture
def words(make_artefact, settings, tmp_path, use_policy, db):
    """A live version that flags one word; the policy lets lists decide, so that no model is needed."""
    settings.ARTEFACT_CACHE = tmp_path / "cache"
    use_policy(deciding_kinds=["keywords"])
    version = install_version(folder=make_artefact(term="nitwit"))
    move_version(version=version, to=Stage.LIVE, by=None, reason="test")
    return version


def labelled(path, count, harmful=0):
    with path.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["text", "flag"])
        rows.writerows([f"a quiet day {number}", int(number < harmful)] for number in range(count))
        rows.writerows([f"you nitwit {number}", 1] for number in range(count))
    return path


def run(*words: str) -> str:
    out = io.StringIO()
    call_command("control_risk", *words, stdout=out)
    return out.getvalue()


def test_what_a_file_shows_becomes_a_revision_only_when_asked(words, tmp_path):
    file = labelled(tmp_path / "rows.csv", 300)
    arguments = ("--version", str(words), "--data", str(file), "--alpha", "0.05", "--delta", "0.1")
    assert "Up to operating point 0" in run(*arguments)
    assert current_policy().version == "default-1"
    assert "Policy default-1+1 is in force" in run(*arguments, "--apply")
    policy = current_policy()
    assert policy.versions[str(words)].act["insult"] < 1
    run("--withdraw")
    assert current_policy().version == "default-1"


def test_the_policy_revision_says_who_ran_the_command(words, tmp_path, moderator):
    file = labelled(tmp_path / "rows.csv", 300)
    arguments = ("--version", str(words), "--data", str(file), "--alpha", "0.05", "--delta", "0.1", "--apply")
    run(*arguments, "--by", moderator.username)
    run("--withdraw")
    run(*arguments)
    people = PolicyRevision.objects.order_by("pk").values_list("by__username", flat=True)
    assert list(people) == [moderator.username, SYSTEM, SYSTEM]
    with pytest.raises(CommandError, match="--by takes that of an account"):
        run("--withdraw", "--by", "nobody-here")
    assert PolicyRevision.objects.count() == 3


def test_too_many_errors_or_too_few_rows_show_nothing(words, tmp_path):
    many = labelled(tmp_path / "many.csv", 300, harmful=60)
    assert run("--version", str(words), "--data", str(many)).count("No operating point is shown") == 1
    few = labelled(tmp_path / "few.csv", 20)
    arguments = ("--version", str(words), "--data", str(few))
    assert run(*arguments).count("No operating point is shown") == 2
    with pytest.raises(CommandError, match="the policy stays as it is"):
        run(*arguments, "--apply")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Name a --version"),
        (("--version", "x", "--alpha", "2"), "between 0 and 1"),
        (("--version", "moderation-bert-en-9"), "no version"),
    ],
)
def test_what_can_not_be_done_is_said(arguments, message):
    with pytest.raises(CommandError, match=message):
        run(*arguments)
