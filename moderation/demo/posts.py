"""Invented posts in English and Chinese, so that every page has something to show. Wiped in one step."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any

from django.db import transaction

from aimass_apps.people.models import Platform
from aimass_apps.people.platforms import new_secret
from aimass_apps.submissions.erasing import erase_submissions
from aimass_apps.submissions.models import Submission
from moderation.intake import Incoming, receive_posts

POSTS = Path(__file__).with_name("posts.json")
PLATFORMS = {"en": "Parkbench (demo)", "zh": "巷口 (demo)"}
SEED = 20261122
# How many posts each template of everyday talk gives: most of what people write is harmless.
REPEATS = {"en": 10, "zh": 8}
AUTHORS = {"en": 45, "zh": 25}
# The authors that write most of what is rude, so that the author's record has something to say.
REGULARS = 6
ROUGH = frozenset({"rude", "group", "threat", "spam", "obfuscated"})


def load_demo() -> int:
    """Send the demo posts as their platforms would; posts that are there already stay. Returns how many are new."""
    raw = json.loads(POSTS.read_text(encoding="utf-8"))
    return sum(_load(language, name, raw) for language, name in PLATFORMS.items())


def _load(language: str, name: str, raw: dict[str, Any]) -> int:
    platform = _platform(name)
    receipts = receive_posts(platform=platform, posts=list(demo_posts(language, raw)))
    return sum(not receipt.repeated for receipt in receipts)


def _platform(name: str) -> Platform:
    # Without an endpoint: nobody listens, and no delivery should be given up on the page.
    fields = {"is_demo": True, "outgoing_secret": new_secret(), "incoming_secret": new_secret()}
    return Platform.objects.get_or_create(name=name, defaults=fields)[0]


def demo_posts(language: str, raw: dict[str, Any]) -> Iterator[Incoming]:
    """The posts of one language in a fixed random order, always the same."""
    rng = random.Random(f"{SEED} {language}")  # noqa: S311 - a reproducible mix, nothing secret
    posts = [("everyday", text) for text in _everyday(language, raw, rng)]
    posts += [(kind, text) for kind, texts in raw["posts"][language].items() for text in texts]
    rng.shuffle(posts)
    for number, (kind, text) in enumerate(posts, start=1):
        few = kind in ROUGH and rng.random() < 0.7
        author = rng.randint(1, REGULARS if few else AUTHORS[language])
        yield Incoming(f"demo-{language}-{number}", text, author=f"{language}-user-{author:02}")


def _everyday(language: str, raw: dict[str, Any], rng: random.Random) -> list[str]:
    made: set[str] = set()
    for template in raw["templates"][language]:
        names = [name for _, name, _, _ in Formatter().parse(template) if name]
        for _ in range(REPEATS[language]):
            made.add(template.format(**{name: rng.choice(raw["slots"][name]) for name in names}))
    return sorted(made)


def wipe_demo() -> int:
    """Remove demo platforms and all that came of their posts; returns how many posts.

    Frozen datasets that contain any of them must be dropped first.
    """
    with transaction.atomic():
        demo = list(Submission.objects.filter(post__platform__is_demo=True).values_list("pk", flat=True))
        erase_submissions(demo)
        Platform.objects.filter(is_demo=True).delete()
    return len(demo)
