"""The only writer of the moderation desk."""

from moderation.intake.leases import ItemHeld, may_decide, release_item, renew, take_item, take_next
from moderation.intake.receiving import (
    Incoming,
    Receipt,
    WebhookConflict,
    forget_old_receipts,
    receive_posts,
    receive_webhook,
)
from moderation.intake.reviewing import (
    AlreadyDecided,
    Judgement,
    NothingToUndo,
    escalate_post,
    may_undo,
    reverse_decision,
    review_post,
    undo_review,
)
from moderation.intake.settling import settle

__all__ = [
    "AlreadyDecided",
    "Incoming",
    "ItemHeld",
    "Judgement",
    "NothingToUndo",
    "Receipt",
    "WebhookConflict",
    "escalate_post",
    "forget_old_receipts",
    "may_decide",
    "may_undo",
    "receive_posts",
    "receive_webhook",
    "release_item",
    "renew",
    "reverse_decision",
    "review_post",
    "settle",
    "take_item",
    "take_next",
    "undo_review",
]
