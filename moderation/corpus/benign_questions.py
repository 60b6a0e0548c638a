"""Harmless questions that name a group: customs, everyday life, plain nonsense. Own sentences, for training."""

from __future__ import annotations

import random
from collections.abc import Iterator

from moderation.labels import TAUGHT

GROUPS = (
    "women", "men", "gay people", "lesbians", "bisexual people", "trans people", "Muslims", "Jews", "Christians",
    "Hindus", "Buddhists", "Sikhs", "atheists", "black people", "white people", "Asians", "Latinos", "Mexicans",
    "Chinese people", "Indians", "Arabs", "Roma", "immigrants", "refugees", "disabled people", "deaf people",
    "blind people", "old people", "teenagers", "single parents", "divorced people", "poor people", "vegans", "Poles",
)  # fmt: skip
ANIMALS = ("goldfish", "pigeons", "cats", "robots", "snowmen", "dolphins", "spoons", "cactuses", "parrots", "wizards")
CUSTOMS = (
    "celebrate the new year in spring", "fast for part of the year", "light candles on Friday evening",
    "cover their hair in a temple", "move to the coast when they retire", "prefer tea to coffee", "use sign language",
    "march every June", "sing so well in choirs", "vote early", "learn two languages",
    "travel home in August", "wear white at weddings", "keep bees", "swim in winter", "meet at the old library",
)  # fmt: skip
NONSENSE = (
    "melt in the sun", "talk to furniture", "walk on the ceiling", "eat thunder", "lay eggs", "breathe under the sea",
    "hear colours", "become invisible on Tuesdays", "shrink to the size of a pea", "live inside a cloud",
    "move the moon with a spoon", "sleep for a hundred years", "turn water into cheese", "travel back to the dinosaurs",
    "glow at night", "photosynthesise", "grow antlers", "fold time", "see through mountains", "juggle planets",
)  # fmt: skip
RIGHTS = (
    "be let into the museum of soup", "sit next to a teapot", "vote for the king of the pond",
    "board the ferry to the clouds", "own a lighthouse on the moon", "open a shop for rain",
    "marry a mountain", "buy a ticket to last week", "be served dragon stew", "use the lift to Mars",
)  # fmt: skip
FORMS = (
    ("why can't {group} {nonsense}?", 3), ("why can {group} not {nonsense}?", 3),
    ("why do {group} never {nonsense}?", 1),
    ("why don't {group} {nonsense}?", 2), ("why are {group} not able to {nonsense}?", 2),
    ("why do {group} {custom}?", 2), ("why don't {group} {custom}?", 1), ("do many {group} {custom}?", 1),
    ("why should {group} not be allowed to {right}?", 3), ("why shouldn't {group} be permitted to {right}?", 2),
    ("why should {animal} not be allowed to {right}?", 2), ("why should {animal} not get the vote?", 1),
    ("how come {group} don't {nonsense}?", 2), ("can {group} {custom} here?", 1), ("did {group} ever {nonsense}?", 1),
)  # fmt: skip


def rows(seed: int, n: int) -> Iterator[tuple[str, dict[str, float]]]:
    """`n` questions, none of them to be flagged."""
    draw = random.Random(seed)  # noqa: S311 - reproducible sentences, nothing secret
    forms, weights = zip(*FORMS, strict=True)
    for form in draw.choices(forms, weights, k=n):
        text = form.format(
            group=draw.choice(GROUPS),
            animal=draw.choice(ANIMALS),
            custom=draw.choice(CUSTOMS),
            nonsense=draw.choice(NONSENSE),
            right=draw.choice(RIGHTS),
        )
        yield text if draw.random() < 0.3 else text[0].upper() + text[1:], dict.fromkeys(TAUGHT, 0.0)
