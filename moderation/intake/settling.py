"""What becomes of scored posts: clear, flag or act, written for many at once."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import Count

from aimass_apps.delivery.outbox import Announcement, announce_all
from aimass_apps.draws import place_of
from aimass_apps.inference.predictor import Span
from aimass_apps.inference.text.language import find_languages
from aimass_apps.submissions.decisions import NewDecision, record_decisions
from aimass_apps.submissions.models import Prediction, Submission
from moderation.actions import SUPERSEDED, action_at, strikes
from moderation.decide import Policy, Verdict, VersionAnswer, decide, prioritise
from moderation.events import decision_event
from moderation.intake.superseding import Newest, lock_with_older, newer_revision, newest_revisions, supersede
from moderation.models import Post
from moderation.policy_revisions import current_policy

AUDIT_SEVERITY = 0.5


def settle(submissions: list[Submission]) -> None:
    """Decide locked, scored submissions; older revisions of their posts leave the queue.

    A constant number of queries but for those, called in the storing transaction.
    """
    policy = current_policy()
    by_id = {submission.pk: submission for submission in submissions}
    posts, older = lock_with_older(by_id)
    newest = newest_revisions(posts)
    struck = count_strikes(posts)
    for post in posts:
        # The public id is random: its first digits draw the audit, the same at every repeat of this transaction.
        draw = place_of(post.public_id.bytes)
        submission = by_id[post.submission_id]
        verdict = decide(answers_of(submission), policy, draw, find_languages(submission.text))
        _apply(post, verdict, policy, struck.get((post.platform_id, post.author), 0))
        if post.state == Post.State.QUEUED and post.revision < newest[post.platform_id, post.external_id]:
            post.state, post.outcome = Post.State.CLOSED, post.outcome or SUPERSEDED.outcome
    _save(posts)
    supersede(older, newest)
    reasons = {post.pk: _reasons(post, newest) for post in posts}
    _record([post for post in posts if post.outcome], by_id, reasons, policy)


def answers_of(submission: Submission) -> list[VersionAnswer]:
    """The decisive answers as `decide` wants them; needs `predictions` with `version`."""
    return [answer_of(prediction) for prediction in submission.predictions.all() if prediction.decisive]


def answer_of(prediction: Prediction) -> VersionAnswer:
    version = prediction.version
    return VersionAnswer(
        version=str(version),
        kind=version.kind,
        language=version.language,
        scores=prediction.scores or {},
        thresholds=version.thresholds,
        spans=tuple(Span(*span) for span in prediction.spans),
        failed=prediction.state != Prediction.State.DONE,
    )


def count_strikes(posts: Sequence[Post]) -> dict[tuple[int, str], int]:
    """How many decisions in force speak against each author on their platform."""
    authors = {post.author for post in posts if post.author}
    if not authors:
        return {}
    found = (
        Post.objects.filter(platform__in={post.platform_id for post in posts}, author__in=authors)
        .filter(outcome__in=strikes())
        .values_list("platform_id", "author")
        .annotate(struck=Count("pk"))
        .order_by()
    )
    return {(platform, author): count for platform, author, count in found}


def _apply(post: Post, verdict: Verdict, policy: Policy, struck: int) -> None:
    # A clear post drawn for audit stands in the middle of the queue: at the end, reviewers would recognise audits.
    severity = verdict.severity if verdict.flagged else AUDIT_SEVERITY * verdict.audit
    priority = prioritise(severity=severity, score=verdict.score, weights=policy.priority, strikes=struck)
    post.state = Post.State.QUEUED if verdict.step == "flag" or verdict.audit else Post.State.CLOSED
    action = action_at(verdict.step)
    post.outcome = action.outcome if action else ""
    post.flagged = verdict.flagged
    post.reasons = [reason.as_dict() for reason in verdict.reasons]
    post.policy_version = policy.version
    post.priority, post.priority_parts = priority.total, priority.parts
    post.audited, post.sampling_weight = verdict.audit, verdict.sampling_weight


_SAVE = """
UPDATE moderation_post AS post
SET state = new.state, outcome = new.outcome, flagged = new.flagged, reasons = new.reasons::jsonb,
    policy_version = new.policy_version, priority = new.priority, priority_parts = new.parts::jsonb,
    audited = new.audited, sampling_weight = new.weight,
    closed_at = CASE WHEN new.state = 'closed' THEN statement_timestamp() END
FROM unnest(%(ids)s::bigint[], %(states)s::text[], %(outcomes)s::text[], %(flagged)s::boolean[], %(reasons)s::text[],
            %(policies)s::text[], %(priorities)s::float8[], %(parts)s::text[], %(audited)s::boolean[],
            %(weights)s::float8[])
     AS new(id, state, outcome, flagged, reasons, policy_version, priority, parts, audited, weight)
WHERE post.id = new.id
"""


def _save(posts: Sequence[Post]) -> None:
    """One statement for all of them: `bulk_update` builds a CASE for each field and row, which costs more."""
    values: Mapping[str, list[Any]] = {
        "ids": [post.pk for post in posts],
        "states": [str(post.state) for post in posts],
        "outcomes": [str(post.outcome) for post in posts],
        "flagged": [post.flagged for post in posts],
        "reasons": [json.dumps(post.reasons) for post in posts],
        "policies": [post.policy_version for post in posts],
        "priorities": [post.priority for post in posts],
        "parts": [json.dumps(post.priority_parts) for post in posts],
        "audited": [post.audited for post in posts],
        "weights": [post.sampling_weight for post in posts],
    }
    with connection.cursor() as cursor:
        cursor.execute(_SAVE, dict(values))


def _reasons(post: Post, newest: Newest) -> list[dict[str, Any]]:
    """Why it is decided so. What the models found is kept with the post even where it decided nothing."""
    return [newer_revision(post, newest)] if post.outcome == SUPERSEDED.outcome else post.reasons


def _record(
    posts: Sequence[Post], by_id: dict[int, Submission], reasons: Mapping[int, list[dict[str, Any]]], policy: Policy
) -> None:
    decisions = record_decisions(
        [
            NewDecision(
                submission=by_id[post.submission_id],
                action=post.outcome,
                policy_version=policy.version,
                reasons=reasons[post.pk],
            )
            for post in posts
        ]
    )
    announce_all(
        [
            Announcement(decision, post.platform, decision_event(post, decision))
            for post, decision in zip(posts, decisions, strict=True)
        ]
    )
