"""Everyday posts that no moderator needs to see: chatter, complaints, mild swearing. Own sentences, for training."""

from __future__ import annotations

import random
from collections.abc import Iterator

from moderation.labels import TAUGHT

OPENERS = (
    "", "", "", "", "omg", "ugh", "lol", "honestly,", "wow", "okay so", "no but", "@user", "@user @user",
    "RT @user:", "damn,",
    "hell yeah", "well,", "guys,", "so", "tbh", "fun fact:", "update:", "holy crap,", "bloody hell,",
    "dear neighbours,",
)  # fmt: skip
EVENTS = (
    "my train is late again", "the game went to extra time", "I finally fixed the damn printer",
    "our dog ate the remote",
    "the new season drops on Friday", "I burnt the rice", "the queue at the post office is insane",
    "it won't stop raining",
    "I got the job", "my alarm didn't go off", "the coffee machine is broken", "we're out of milk",
    "the match was awful",
    "that ending wrecked me", "the update broke everything", "she's the best drummer alive",
    "I crushed my exam",
    "the ref needs glasses", "our goalkeeper was on fire", "I can't find my keys",
    "the baby slept through the night",
    "this song is sick", "the bus driver waited for me", "I miss my old flat", "the heating died",
    "I'm stuck in traffic",
    "the stream keeps freezing", "they sold out in two minutes", "my tomatoes are huge this year",
    "I dropped my phone",
    "the new menu sucks", "this game is stupidly hard", "that plot twist was nuts", "the wifi is trash today",
    "I look like crap on Mondays", "the traffic is hell", "my boss moved the deadline",
    "the kids painted the cat",
    "we lost by one point", "the budget vote is tomorrow", "the minister dodged every question",
    "I hate this weather",
    "the referendum is a mess", "my flight got cancelled", "I ate way too much", "this heat is killing me",
    "that was a savage save", "he destroyed him in the debate", "I'd kill for a nap",
    "my legs are dead after the gym",
    "the trailer gave me chills", "his new haircut is a crime", "I screwed up the order",
    "the cake was a disaster",
    "the landlord raised the rent", "I'm addicted to this podcast", "she roasted me at dinner",
    "gas prices are nuts",
    "this cold is a pain in the neck", "our team got slaughtered", "the show got cancelled, what a shame",
    "I voted early this morning", "the police closed the bridge", "the gun law passed the first reading",
    "they are protesting in front of the town hall", "the white house announced new rules",
    "black friday is madness",
)  # fmt: skip
FEELINGS = (
    "", "", "", "so annoying", "love it", "I can't even", "what a day", "pretty happy about it", "send snacks",
    "who else?", "this sucks", "hell of a week", "not my proudest moment", "best thing ever", "make it stop",
    "I am furious with the company", "worth every cent", "never again", "shit happens", "that's life",
    "no regrets",
    "feeling old", "somebody hug me", "I'm crying", "pissed off but fine", "crazy good", "you have to see it",
    "my own stupid fault", "what the heck", "damn good though", "can we talk about it?", "thoughts?",
    "he is a legend",
    "she is amazing", "they are doing their best", "you are the best", "you guys rock", "he needs a holiday",
    "I can't believe it", "and nobody told me", "same as every year", "so much for my plans",
    "not mad, just tired",
)  # fmt: skip
SIGNS = (
    "", "", "", "", "lol", "haha", "😂", "🙃", "😭", "❤️", "🔥", "#mondays", "#win", "#fail", "smh", "lmao", "...",
    "!!", "?!", "URL",
)  # fmt: skip


def rows(seed: int, n: int) -> Iterator[tuple[str, dict[str, float]]]:
    """`n` posts, none of them to be flagged; whether a swear word makes one obscene is left open."""
    draw = random.Random(seed)  # noqa: S311 - reproducible sentences, nothing secret
    clear = {label: 0.0 for label in TAUGHT if label != "obscene"}
    for _ in range(n):
        parts = (draw.choice(OPENERS), draw.choice(EVENTS), draw.choice(("", ".", ",", "!", " -")))
        text = f"{parts[0]} {parts[1]}{parts[2]} {draw.choice(FEELINGS)} {draw.choice(SIGNS)}"
        text = " ".join(text.split())
        yield text.upper() if draw.random() < 0.02 else text, dict(clear)
