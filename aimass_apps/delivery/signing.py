"""Signatures of Standard Webhooks 1.0 (standardwebhooks.com), for what we send and what we receive."""

import binascii
from collections.abc import Mapping
from datetime import UTC, datetime

from standardwebhooks import Webhook, WebhookVerificationError
from standardwebhooks.webhooks import EmptyWebhookSecretError


class BadSignature(ValueError):
    """The headers are missing, too old or too new (five minutes), or no signature fits; the message says which."""


class BadSecret(ValueError):
    """The stored secret is empty or no base64: nothing can be signed or checked with it."""


def _webhook(secret: str) -> Webhook:
    try:
        return Webhook(secret)
    except (ValueError, EmptyWebhookSecretError) as error:
        raise BadSecret("the secret can't be used") from error


def sign(*, secret: str, event_id: str, at: datetime, body: str) -> dict[str, str]:
    """The three headers for `body`. `at` is an aware moment: the time of this attempt. Raises `BadSecret`."""
    moment = at.astimezone(UTC)
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": _webhook(secret).sign(event_id, moment, body),
    }


def check_signature(*, secret: str, headers: Mapping[str, str], body: bytes) -> str:
    """The `webhook-id` of a genuine message. Raises `BadSignature`."""
    try:
        _webhook(secret).verify(body, dict(headers), json_parse=False)
    except WebhookVerificationError as error:
        raise BadSignature(str(error)) from error
    # What the package lets through as a parse error: signatures without a comma, bad base64, a body that is not UTF-8.
    except (ValueError, binascii.Error) as error:
        raise BadSignature("The signature can't be read") from error
    return headers["webhook-id"]
