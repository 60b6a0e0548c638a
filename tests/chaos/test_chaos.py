"""Posts flow while processes are killed; afterwards everything was scored once, settled once, delivered as decided.

The short form kills each process once. `make chaos` (CHAOS_MINUTES) goes on for minutes, in a random order.
"""

import os
import random
import threading
import time
import urllib.error
from collections.abc import Iterator
from pathlib import Path

import pytest

from aimass_apps.delivery import outbox
from aimass_apps.operations.services.processes import wait_until
from tests.support.patience import patience
from tests.support.receiver import Receiver
from tests.support.site import Registered, Site

pytestmark = [pytest.mark.processes, pytest.mark.slow, pytest.mark.timeout(0)]

MINUTES = float(os.environ.get("CHAOS_MINUTES", "0"))
# First the one whose leases last longest (a delivery's), so that they end while the others are killed.
ORDER = ["background", "web", "inference", "beat", "Valkey", "PostgreSQL", "inference", "supervisor", "everything"]
OPENINGS = ["What a lovely goal", "You are an idiot", "今天天气很好，我们去公园散步吧", "明天的会议改到下午三点"]
PAUSE = 2.5  # seconds of flow between two kills
# A delivery that a kill cut off and the receiver then refused has used up two attempts: it waits for the third.
QUIET_WITHIN = 240 + outbox.WAITS[1]


class Stream:
    """Sends batches, each again and again until it is taken, as a platform would."""

    def __init__(self, site: Site, platform: Registered) -> None:
        self.site, self.platform = site, platform
        self.taken: set[str] = set()
        self.repeats = 0
        self.problems: list[str] = []
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._flow, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join(patience(120))

    def _flow(self) -> None:
        number = 0
        while not self._stopped.is_set():
            batch = []
            for _ in range(8):
                number += 1
                text = f"{OPENINGS[number % len(OPENINGS)]}, number {number}"
                batch.append({"external_id": f"post-{number}", "text": text, "author": f"author-{number % 50}"})
            self._send_until_taken(batch)
            time.sleep(0.25)

    def _send_until_taken(self, batch: list[dict[str, str]]) -> None:
        while True:
            try:
                receipts = self.site.send(self.platform, batch)
            except urllib.error.HTTPError as error:
                if error.code < 500:
                    self.problems.append(f"{error.code}: {error.read()[:300]!r}")
                    return
            except OSError:
                pass  # the web server is being killed: that is the point
            else:
                self.taken |= {receipt["external_id"] for receipt in receipts}
                return
            self.repeats += 1
            time.sleep(0.3)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver(fail_first=0.05)
    receiver.start()
    yield receiver
    receiver.stop()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with Site(tmp_path / "home", LEASE_SECONDS="10").running() as site:
        yield site


def strike(site: Site, target: str) -> None:
    """Kill one thing and wait until it runs again."""
    if target == "supervisor":
        site.kill_supervisor()
        site.start()
    elif target == "everything":
        site.kill_everything()
        site.start()
    else:
        site.wait_for_restart(target, site.kill(target))


def targets() -> Iterator[str]:
    yield from ORDER
    dice, end = random.Random(5), time.monotonic() + MINUTES * 60
    while time.monotonic() < end:
        yield dice.choice(ORDER)


def is_idle(site: Site) -> bool:
    """Nothing is waiting, running or undelivered."""
    open_rows = site.rows(
        "SELECT (SELECT count(*) FROM submissions_prediction WHERE state IN ('waiting', 'running'))"
        " + (SELECT count(*) FROM submissions_submission WHERE settled_at IS NULL)"
        " + (SELECT count(*) FROM delivery_delivery WHERE state IN ('waiting', 'running'))"
    )
    return bool(open_rows == [(0,)])


def test_nothing_is_lost_or_done_twice_whatever_is_killed(site: Site, receiver: Receiver) -> None:
    platform = site.register_platform("chaos", receiver.url)
    receiver.secret = platform.outgoing
    stream = Stream(site, platform)
    stream.start()
    for target in targets():
        time.sleep(PAUSE)
        strike(site, target)
    time.sleep(PAUSE)
    stream.stop()

    assert wait_until(lambda: is_idle(site), patience(QUIET_WITHIN), pause=1), site.rows(
        "SELECT state, count(*), max(attempts) FROM submissions_prediction GROUP BY 1"
        " UNION ALL SELECT state, count(*), max(attempts) FROM delivery_delivery GROUP BY 1"
    )
    assert stream.problems == []
    assert len(stream.taken) > 100

    # Every post that was acknowledged is there once, however often it was sent.
    stored = [row[0] for row in site.rows("SELECT external_id FROM moderation_post")]
    assert sorted(stored) == sorted(set(stored))
    assert stream.taken <= set(stored)
    # One answer of each live version, no more and no fewer, and none given up.
    assert site.rows("SELECT DISTINCT state FROM submissions_prediction") == [("done",)]
    answers = "SELECT count(*) FROM submissions_prediction GROUP BY submission_id, version_id HAVING count(*) > 1"
    assert site.rows(answers) == []
    unanswered = (
        "SELECT count(*) FROM submissions_submission s"
        " WHERE NOT EXISTS (SELECT 1 FROM submissions_prediction p WHERE p.submission_id = s.id)"
    )
    assert site.rows(unanswered) == [(0,)]
    # One settle: a closed post has exactly one decision, a queued one none.
    wrong = (
        "SELECT post.state, post.outcome, count(d.id) FROM moderation_post post"
        " LEFT JOIN submissions_decision d ON d.submission_id = post.submission_id"
        " GROUP BY post.id HAVING count(d.id) <> CASE WHEN post.outcome = '' THEN 0 ELSE 1 END"
    )
    assert site.rows(wrong) == []
    # One delivery for each decision, and the platform has heard of each under one id.
    decided = {f"evt_{row[0]}" for row in site.rows("SELECT public_id FROM submissions_decision")}
    delivered = site.rows("SELECT state, count(*) FROM delivery_delivery GROUP BY 1")
    assert len(decided) > 20
    assert delivered == [("delivered", len(decided))]
    assert set(receiver.accepted) == decided
    assert receiver.forged == 0
    print(  # noqa: T201 - the long form is run for its figures
        f"\n{len(stored)} posts, {stream.repeats} calls repeated, {len(decided)} decisions delivered,"
        f" {sum(receiver.seen.values()) - len(decided)} deliveries repeated"
    )
