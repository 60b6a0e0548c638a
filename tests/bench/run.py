"""Measure a whole installation: posts a second through the real API, latency, and the memory of each process.

`make bench` runs it as a command; tests/bench/test_bench.py runs a short form in CI.
"""

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from aimass_apps.operations.services.processes import wait_until
from aimass_apps.operations.supervision.claim import orphans
from tests.support.patience import patience
from tests.support.site import Registered, Site

BATCH = 50  # posts a call
CALLERS = 4
SENTENCE = (
    "the match was late and the bus came early so we all had tea and talked about the rain the new bridge "
    "your recipe my garden a film that nobody liked and what to cook for twenty people next week"
)
WORDS = SENTENCE.split()


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured; seconds, posts a second, milliseconds, bytes."""

    posts: int
    first_start: float
    second_start: float
    accepted_per_second: float
    settled_per_second: float
    alone_p50: float
    alone_p95: float
    memory: dict[str, int] = field(default_factory=dict)


def make_posts(number: int) -> list[dict[str, str]]:
    """Return posts of 5 to 40 words, median about 20, each different."""
    posts = []
    for index in range(number):
        words = [WORDS[(index * 7 + place * (index % 11 + 1)) % len(WORDS)] for place in range(5 + index * 13 % 36)]
        posts.append({"external_id": f"bench-{index}", "text": f"{' '.join(words)} {index}"})
    return posts


def measure(home: Path, *, posts: int, alone: int) -> Figures:
    """Start an installation twice and send `posts` in batches, then `alone` one at a time."""
    site = Site(home)
    try:
        first_start = seconds(site.start)
        site.stop()
        second_start = seconds(site.start)
        sender = site.register_platform("bench")
        accepted, settled = stream(site, sender, make_posts(posts))
        waits = sorted(one_at_a_time(site, sender, alone))
        return Figures(
            posts=posts,
            first_start=first_start,
            second_start=second_start,
            accepted_per_second=posts / accepted,
            settled_per_second=posts / settled,
            alone_p50=1000 * waits[len(waits) // 2],
            alone_p95=1000 * waits[int(len(waits) * 0.95)],
            memory=memory(site),
        )
    finally:
        site.end()


def seconds(action: Callable[[], None]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def stream(site: Site, sender: Registered, posts: list[dict[str, str]]) -> tuple[float, float]:
    """Send everything at once; return the seconds until all were accepted and until all were settled."""
    batches = [posts[start : start + BATCH] for start in range(0, len(posts), BATCH)]
    began = time.perf_counter()
    with ThreadPoolExecutor(CALLERS) as callers:
        list(callers.map(lambda batch: site.send(sender, batch, timeout=120), batches))
    accepted = time.perf_counter() - began
    unsettled = "SELECT count(*) FROM submissions_submission WHERE settled_at IS NULL"
    if not wait_until(lambda: site.rows(unsettled) == [(0,)], patience(600), pause=0.05):
        sys.exit(f"{site.rows(unsettled)[0][0]} posts were never settled")
    return accepted, time.perf_counter() - began


def one_at_a_time(site: Site, sender: Registered, number: int) -> list[float]:
    """Return the seconds from arrival to settling of single posts, by the database's clock."""
    for index in range(number):
        text = f"{' '.join(WORDS[: 5 + index % 30])} alone {index}"
        site.send(sender, [{"external_id": f"alone-{index}", "text": text}])
        time.sleep(0.05)
    open_rows = "SELECT count(*) FROM submissions_submission WHERE settled_at IS NULL"
    wait_until(lambda: site.rows(open_rows) == [(0,)], patience(120), pause=0.1)
    waits = (
        "SELECT extract(epoch FROM s.settled_at - s.arrived_at)::float8 FROM submissions_submission s"
        " JOIN moderation_post p ON p.submission_id = s.id WHERE p.external_id LIKE %s"
    )
    return [row[0] for row in site.rows(waits, "alone-%")]


def memory(site: Site) -> dict[str, int]:
    """Return the resident bytes of each program with its children, and of the supervisor."""
    assert site.supervisor is not None
    found = {"supervisor": psutil.Process(site.supervisor.pid).memory_info().rss}
    for name in ("PostgreSQL", "Valkey", "web", "inference", "background", "beat"):
        pid = site.pid_of(name)
        if pid is not None:
            whole = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
            found[name] = sum(map(proportional_bytes, whole))
    assert orphans(site.home)
    return found


def proportional_bytes(process: psutil.Process) -> int:
    """Return its memory with shared pages (PostgreSQL's buffers) divided by those who share them; 0 once it is gone."""
    try:
        return int(process.memory_full_info().pss)
    except psutil.NoSuchProcess:
        return 0


def machine() -> str:
    """Name the processor and its cores."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "processor")
    return f"{os.cpu_count()} cores of {model}, {platform.system()} {platform.machine()}"


def report(figures: Figures) -> str:
    """Say it in lines for a terminal."""
    lines = [
        f"machine                  {machine()}",
        f"first start              {figures.first_start:.1f} s (installed already)",
        f"second start             {figures.second_start:.1f} s",
        f"posts accepted           {figures.accepted_per_second:.0f} posts/s ({figures.posts} posts, {BATCH} a call)",
        f"posts scored and settled {figures.settled_per_second:.0f} posts/s end to end, all live models",
        f"a post alone             {figures.alone_p50:.0f} ms median, {figures.alone_p95:.0f} ms 95th percentile",
    ]
    lines += [f"memory {name:18}{size / 1e6:.0f} MB" for name, size in figures.memory.items()]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=2000)
    parser.add_argument("--alone", type=int, default=100)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="aimass-bench-") as folder:
        figures = measure(Path(folder), posts=options.posts, alone=options.alone)
    sys.stdout.write(report(figures) + "\n")


if __name__ == "__main__":
    main()
