"""Texts that no condition of the catalogue fits, to measure how often the desk says so. Own text."""

from __future__ import annotations

from random import Random
from typing import Final

SEED: Final = 20261127
GIBBERISH: Final = 60
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"

EVERYDAY: Final = (
    "The train was late again and I missed the connection in the next town.",
    "Can you recommend a good restaurant near the station for Friday evening?",
    "My laptop will not start since the update, the screen stays black.",
    "We moved to the new flat last week and the neighbours are friendly.",
    "The meeting is postponed to Thursday at ten, please bring the figures.",
    "How do I reset the password of my account?",
    "The washing machine makes a strange noise when it spins.",
    "She plays the violin in the youth orchestra and practises every day.",
    "I would like to return the shoes that I ordered, they are too small.",
    "The match ended two all after extra time.",
    "Please send me the invoice for the month of March.",
    "The recipe asks for three eggs, a cup of flour and some butter.",
    "Our flight to Lisbon leaves at six in the morning.",
    "The garden needs water, it has not rained for three weeks.",
    "He has painted the kitchen walls in a light green.",
    "What is the capital of Mongolia?",
    "I am looking for a second-hand bicycle for my daughter.",
    "The library closes at eight and opens again on Monday.",
    "Our internet connection breaks down every evening.",
    "Thank you for the lovely flowers, they stand on the table.",
    "The exam is about the history of the Roman republic.",
    "Could you water my plants while I am away?",
    "The car failed its inspection because of the brakes.",
    "Tickets for the concert are sold out.",
    "We should talk about the budget for the next quarter.",
    "The dog next door barks the whole night.",
    "I finished the book in two days, the ending surprised me.",
    "The heating in the office has been broken since yesterday.",
    "Is the swimming pool open on public holidays?",
    "My brother got a job as a teacher in the north.",
)
ERRANDS: Final = (
    "I need a repeat prescription for my usual tablets.",
    "Could I have a copy of my vaccination record for school?",
    "Please send the letter about my last visit to the new surgery.",
    "I want to change my appointment from Tuesday to Friday.",
    "The insurance asks for a certificate that I was here in May.",
    "Where can I park when I come to the clinic?",
    "My daughter needs a sports certificate for the football club.",
    "Which vaccinations do I need for a journey to Kenya?",
    "I would like to register as a new patient.",
    "Do you take blood samples without an appointment?",
    "I feel fine and only want a check-up before the summer.",
    "My glasses are broken, where do I get new ones?",
    "I would like to become a blood donor.",
    "My cat has not eaten for two days and hides under the bed.",
    "My dog limps after the walk in the woods.",
    "The hearing aid whistles, who can repair it?",
    "Can you explain the bill for the ambulance?",
    "I have no complaints, my employer sent me for a routine examination.",
    "How long is the waiting time today?",
    "I want to quit the gym and need a note from a doctor.",
)


def texts_by_kind() -> dict[str, list[str]]:
    """Texts by kind: about other things, errands at a surgery, strings of letters. The same on every call."""
    rng = Random(SEED)  # noqa: S311 - reproducible nonsense, nothing secret
    return {
        "texts about other things": list(EVERYDAY),
        "errands without a complaint": list(ERRANDS),
        "gibberish": [_gibberish(rng) for _ in range(GIBBERISH)],
    }


def _gibberish(rng: Random) -> str:
    words = ("".join(rng.choices(_LETTERS, k=rng.randint(2, 9))) for _ in range(rng.randint(3, 14)))
    return " ".join(words)
