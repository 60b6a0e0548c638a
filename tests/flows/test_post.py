"""The story of a post: in through a signed webhook or the API, scored, judged by a person, told to the platform."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest
from playwright.sync_api import Page, expect
from standardwebhooks import Webhook

from tests.support.patience import eventually, patience
from tests.support.receiver import Endpoint
from tests.support.site import Site

RUDE = "You are a stupid idiot and everyone on this forum hates you, get lost"
CALM = "The library opens at nine on Saturdays"


class Platform:
    """What the administrator's page showed once."""

    def __init__(self, page: Page, name: str, endpoint: str) -> None:
        page.goto("/platforms/register/")
        page.get_by_label("Name").fill(name)
        page.get_by_label("Endpoint").fill(endpoint)
        page.get_by_role("button", name="Register and show the key").click()
        self.key = page.locator("#key").input_value()
        self.incoming = page.locator("#incoming").input_value()
        self.outgoing = page.locator("#outgoing").input_value()
        page.get_by_role("link", name="Done").click()
        self.public_id = page.url.rstrip("/").rsplit("/", 1)[-1]


@pytest.fixture
def platform(signed_in: Callable[[str], Page], endpoint: Endpoint) -> Platform:
    return Platform(signed_in("administrator"), f"Forum {time.time_ns()}", endpoint.url)


def send_by_key(installation: Site, platform: Platform, posts: list[dict[str, object]]) -> httpx.Response:
    return httpx.post(
        f"{installation.url}/api/v1/posts/",
        json={"posts": posts},
        headers={"Authorization": f"Bearer {platform.key}"},
        timeout=patience(20),
    )


def send_webhook(installation: Site, platform: Platform, webhook_id: str, post: dict[str, object]) -> httpx.Response:
    now = datetime.now(tz=UTC)
    body = json.dumps({"type": "post.created", "timestamp": "2026-01-31T12:00:00Z", "data": post})
    headers = {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(platform.incoming).sign(webhook_id, now, body),
        "content-type": "application/json",
    }
    return httpx.post(
        f"{installation.url}/api/v1/webhooks/{platform.public_id}/", content=body, headers=headers, timeout=patience(20)
    )


def standing(installation: Site, platform: Platform, external_id: str) -> dict[str, object]:
    answer = httpx.get(
        f"{installation.url}/api/v1/posts/{external_id}/",
        headers={"Authorization": f"Bearer {platform.key}"},
        timeout=patience(20),
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_post_goes_from_the_platform_to_the_moderator_and_back(installation, platform, endpoint, signed_in):
    # A repeat of the same webhook gets the same answer and makes nothing new.
    rude = {"external_id": "rude-1", "text": RUDE, "author": "kim"}
    first = send_webhook(installation, platform, "msg_1", rude)
    assert first.status_code == 202, first.text
    assert send_webhook(installation, platform, "msg_1", rude).json() == first.json()
    calm = send_by_key(installation, platform, [{"external_id": "calm-1", "text": CALM}])
    assert calm.status_code == 202
    assert calm.json()["posts"][0]["id"]

    moderator = signed_in("moderator")
    moderator.goto("/moderation/")
    row = moderator.locator("#queue-rows tr", has_text=RUDE[:40])
    expect(row).to_be_visible()
    row.get_by_role("link").click()
    expect(moderator.locator("mark").first).to_be_visible()
    moderator.keyboard.press("1")
    moderator.get_by_role("button", name="Remove").first.click()

    decided = eventually(lambda: (found := standing(installation, platform, "rude-1"))["decision"] and found)
    assert decided["decision"]["action"] == "remove"
    assert decided["decision"]["by"] == "person"

    def removal() -> tuple[dict[str, str], bytes] | None:
        return next(
            (each for each in endpoint.got if json.loads(each[1])["data"]["decision"]["action"] == "remove"), None
        )

    headers, body = eventually(removal)
    event = Webhook(platform.outgoing).verify(body, headers)
    assert event["data"]["post"]["external_id"] == "rude-1"
    assert RUDE not in body.decode()
    # The harmless post was decided by the policy, or drawn for a check; either way it was not lost.
    assert eventually(lambda: standing(installation, platform, "calm-1")["flagged"] is False)

    output = installation.run("freeze_dataset", "--desk", "moderation")
    assert "moderation-" in output


def test_a_wrong_signature_is_refused_with_a_problem_document(installation, platform):
    headers = {"webhook-id": "msg_x", "webhook-timestamp": str(int(time.time())), "webhook-signature": "v1,AAAA"}
    answer = httpx.post(f"{installation.url}/api/v1/webhooks/{platform.public_id}/", content=b"{}", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{not json", 400),
        (b"[]", 400),
        (b'{"external_id": "x"}', 400),
        (json.dumps({"external_id": "x", "text": "y" * 20_001}).encode(), 400),
        (json.dumps({"posts": [{"external_id": str(n), "text": "y"} for n in range(501)]}).encode(), 400),
        (b'{"external_id": "x", "text": "' + b"y" * 1_000_001 + b'"}', 413),
    ],
)
def test_bad_posts_get_a_problem_document_and_nothing_is_written(installation, platform, body, status):
    answer = httpx.post(
        f"{installation.url}/api/v1/posts/",
        content=body,
        headers={"Authorization": f"Bearer {platform.key}", "content-type": "application/json"},
        timeout=patience(20),
    )
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail"} <= set(answer.json())
    missing = httpx.get(f"{installation.url}/api/v1/posts/x/", headers={"Authorization": f"Bearer {platform.key}"})
    assert missing.status_code == 404
