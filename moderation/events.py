"""What platforms are told of a decision. No text of the post goes into an event."""

from typing import Any

from aimass_apps.submissions.models import Decision
from moderation.models import REOPEN, Outcome, Post

DECIDED = "post.decided"
# Every event that a platform may get: the API's description is made from this list.
TYPES: dict[str, str] = {
    DECIDED: "what is decided about a post; the latest decision about a revision holds",
}
# What a decision may say. Events and answers name nothing else.
ACTIONS: dict[str, str] = {
    Outcome.CLEAR: "nothing spoke against the post",
    Outcome.APPROVE: "the post may stay",
    Outcome.REMOVE: "the post is to be removed",
    Outcome.SUPERSEDED: "a newer revision came before anybody decided this one",
    REOPEN: "the decision is taken back and none is in force: the post waits for a person again",
}


def decision_event(post: Post, decision: Decision) -> dict[str, Any]:
    """The payload of one event, as Standard Webhooks asks: type, timestamp, data."""
    return {
        "type": DECIDED,
        "timestamp": decision.at.isoformat(),
        "data": {
            "post": {"id": str(post.public_id), "external_id": post.external_id, "revision": post.revision},
            "decision": describe_decision(decision),
        },
    }


def describe_decision(decision: Decision) -> dict[str, Any]:
    """A decision as the API and events show it; reasons without their places in the text."""
    return {
        "id": str(decision.public_id),
        "action": decision.action,
        "at": decision.at.isoformat(),
        "by": "policy" if decision.policy_version else "person",
        "policy_version": decision.policy_version or None,
        "reasons": [{name: value for name, value in reason.items() if name != "spans"} for reason in decision.reasons],
    }
