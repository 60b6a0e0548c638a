"""The policy in force: a file, and revisions that hold for it alone."""

import pytest
from django.db import ProgrammingError, transaction

from moderation.models import PolicyRevision
from moderation.policy import UnusablePolicy
from moderation.policy_revisions import current_policy, revise_policy, withdraw_revision
from tests.support.factories import answer_all, make_version, receive, score_by_words

pytestmark = pytest.mark.django_db
RULES = {"moderation-bert-en-1": {"thresholds": {"toxic": 0.3}, "act": {"toxic": 0.95}}}
MORE = {"moderation-svm-zh-1": {"thresholds": {"toxic": 0.4}}}


def test_a_revision_changes_its_versions_alone_and_the_next_adds_to_it():
    assert current_policy().version == "default-1"
    revise_policy(versions=RULES, evidence={}, by=None)
    revise_policy(versions=MORE, evidence={}, by=None)
    policy = current_policy()
    assert policy.version == "default-1+2"
    assert policy.threshold("bert", "toxic", {"toxic": 0.5}, "moderation-bert-en-1") == 0.3
    assert policy.threshold("bert", "toxic", {"toxic": 0.5}, "moderation-bert-en-2") == 0.5
    assert policy.acts_from("toxic", "moderation-bert-en-1") == 0.95
    assert policy.threshold("svm", "toxic", {}, "moderation-svm-zh-1") == 0.4


def test_withdrawing_leads_back_to_the_file_and_stays_on_record():
    revise_policy(versions=RULES, evidence={}, by=None)
    withdraw_revision(by=None)
    assert current_policy().version == "default-1"
    assert PolicyRevision.objects.count() == 2


def test_another_policy_file_is_not_changed_by_what_was_made_for_the_old_one(use_policy):
    revise_policy(versions=RULES, evidence={}, by=None)
    newer = use_policy(version="own-2")
    assert current_policy() == newer


def test_rules_that_can_not_be_read_never_come_into_force():
    with pytest.raises(UnusablePolicy, match="must be a label"):
        revise_policy(versions={"x": {"act": {"rude": 0.9}}}, evidence={}, by=None)
    assert not PolicyRevision.objects.exists()


def test_revisions_are_only_ever_added():
    made = revise_policy(versions=RULES, evidence={}, by=None)
    for change in (lambda: PolicyRevision.objects.update(versions={}), made.delete):
        with pytest.raises(ProgrammingError, match="Cannot"), transaction.atomic():
            change()


def test_the_next_post_is_decided_by_it(platform):
    version = make_version()
    revise_policy(versions={str(version): {"act": {"insult": 0.85}}}, evidence={}, by=None)
    (post,) = receive(platform, "you clown")
    answer_all(score_by_words)
    post.refresh_from_db()
    assert (post.state, post.outcome, post.policy_version) == ("closed", "remove", "default-1+1")


def test_a_removed_post_drawn_for_audit_waits_for_a_person(platform, use_policy):
    use_policy(audit_share=1.0)
    version = make_version()
    revise_policy(versions={str(version): {"act": {"insult": 0.85}}}, evidence={}, by=None)
    (post,) = receive(platform, "you clown")
    answer_all(score_by_words)
    post.refresh_from_db()
    assert (post.state, post.outcome, post.audited, post.sampling_weight) == ("queued", "remove", True, 1.0)
