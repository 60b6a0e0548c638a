"""What platforms are told of a decision. No text of the post goes into an event."""

from typing import Any

from aimass_apps.submissions.models import Decision
from moderation.actions import ACTIONS, DECIDED, action_of
from moderation.models import Post

# Every event that a platform may get: the API's description is made from this list.
TYPES: dict[str, str] = {
    DECIDED: "what is decided about a post; the latest decision about a revision holds",
}


def decision_meanings() -> list[tuple[str, str]]:
    """What a decision may say. Events and answers name nothing else."""
    return [(each.outcome, each.meaning) for each in ACTIONS]


def decision_event(post: Post, decision: Decision) -> dict[str, Any]:
    """The payload of one event, as Standard Webhooks asks: type, timestamp, data."""
    action = action_of(decision.action)
    return {
        "type": action.event if action else DECIDED,
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
