"""The loop: a promoted version answers the next post without a restart and without a dropped request."""

import json
import re
import threading
import time
from pathlib import Path

import httpx
import pytest

from aimass_apps.registry.artefacts import STARTERS, write_manifest
from tests.flows.test_post import Platform, send_by_key, standing
from tests.support.patience import eventually
from tests.support.site import Site

NEW_WORD = "flibbergib"


@pytest.fixture
def platform(signed_in) -> Platform:
    return Platform(signed_in("administrator"), f"Loop {time.time_ns()}", "")


def candidate(folder: Path) -> Path:
    """The shipped English keyword list with one more word."""
    starter = STARTERS / "moderation-keywords-en"
    manifest = json.loads((starter / "version.json").read_text())
    words = json.loads((starter / "words.json").read_text())
    words["entries"].append({"term": NEW_WORD, "label": "insult", "severity": 3})
    folder.mkdir()
    (folder / "words.json").write_text(json.dumps(words))
    (folder / "card.md").write_text("# One more word")
    write_manifest(folder, {**manifest, "name": "One more word", "created": ""}, ["words.json", "card.md"])
    return folder


def test_promotion_and_roll_back_reach_the_next_post_while_posts_keep_coming(installation, platform, tmp_path):
    statuses: list[int] = []
    stop = threading.Event()

    def keep_sending() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            statuses.append(
                send_by_key(installation, platform, [{"external_id": f"s{number}", "text": "hello"}]).status_code
            )

    sender = threading.Thread(target=keep_sending)
    sender.start()
    try:
        output = installation.run("install_version", str(candidate(tmp_path / "candidate")))
        name = re.search(r"moderation-keywords-en-\d+", output)[0]
        assert is_flagged(installation, platform, "before") is False
        assert "is now live" in installation.run("promote", name, "--without-evidence", "--reason", "a word")
        assert is_flagged(installation, platform, "after") is True
        installation.run("roll_back", "--desk", "moderation", "--kind", "keywords", "--language", "en")
        assert is_flagged(installation, platform, "back") is False
    finally:
        stop.set()
        sender.join()
    assert len(statuses) > 10
    assert set(statuses) == {202}


def is_flagged(installation: Site, platform: Platform, external_id: str) -> bool:
    post = {"external_id": external_id, "text": f"this is a {NEW_WORD} again"}
    assert send_by_key(installation, platform, [post]).status_code == 202
    found = eventually(lambda: (now := standing(installation, platform, external_id))["flagged"] is not None and now)
    return bool(found["flagged"])


def test_the_site_is_healthy_and_says_so(installation):
    assert httpx.get(f"{installation.url}/healthz/live").status_code == 200
    assert httpx.get(f"{installation.url}/healthz/ready").status_code == 200
