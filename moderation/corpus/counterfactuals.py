"""The same sentence with one identity after another: what is said decides, not of whom. Own sentences, for training.

Every frame is told of every identity with the same labels, in the short, clumsy form too ("you are a kind deaf"), so
that the word for a group carries no weight of its own.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from moderation.labels import TAUGHT

IDENTITIES = (
    "lesbian", "gay", "bisexual", "transgender", "trans", "queer", "straight", "heterosexual", "homosexual",
    "cis",
    "nonbinary", "lgbt", "lgbtq", "asexual", "male", "female", "man", "woman", "black", "white", "asian",
    "african",
    "african american", "hispanic", "latino", "latina", "latinx", "mexican", "chinese", "japanese", "korean",
    "indian",
    "pakistani", "arab", "turkish", "polish", "irish", "middle eastern", "european", "canadian", "american",
    "russian",
    "muslim", "jewish", "christian", "catholic", "protestant", "orthodox", "buddhist", "sikh", "hindu",
    "taoist",
    "atheist", "mormon", "blind", "deaf", "paralyzed", "disabled", "autistic", "dyslexic", "old", "older",
    "elderly",
    "middle aged", "young", "younger", "teenage", "millenial", "millennial", "immigrant", "refugee",
    "native american",
    "aboriginal", "roma", "fat", "poor", "rich", "divorced", "widowed", "short", "tall", "vegan", "rural",
    "foreign",
)  # fmt: skip
WORK = (
    "nurse", "baker", "plumber", "teacher", "farmer", "lawyer", "cook", "tailor", "pilot", "painter", "dentist",
    "librarian", "mechanic", "singer", "driver", "writer", "chemist", "gardener", "judge", "waiter", "student",
    "neighbour", "engineer", "midwife", "carpenter", "reporter",
)  # fmt: skip
NAMES = (
    "Anna", "Bo", "Carlos", "Dana", "Emeka", "Fatima", "Goran", "Hana", "Igor", "Jin", "Kwame", "Lina",
    "Mehmet",
    "Noor", "Olu", "Priya", "Quinn", "Rosa", "Sami", "Tariq", "Uma", "Viktor", "Wei", "Ximena", "Yusuf",
    "Zsófia",
    "Ekaterina", "美玲", "健太", "민준", "Søren", "Aoife", "Tomasz", "Chidi", "Leilani",
)  # fmt: skip
# Many, for where a kind word was rare the group's name decided.
KIND = (
    "kind", "warm", "clever", "patient", "honest", "lovely", "brilliant", "generous", "gentle", "splendid",
    "polite",
    "admirable", "charming", "superb", "cheerful", "brave", "decent", "marvellous", "outstanding", "thoughtful",
    "delightful", "fine", "likeable", "impressive", "neat", "nice", "sweet", "amazing", "magnificent",
    "respectful",
    "fun", "caring", "gracious", "funny", "wise", "humble", "sincere", "graceful", "talented", "loyal", "friendly",
    "fair", "bright", "joyful", "easygoing", "hard-working", "elegant", "witty", "calm", "sensible", "tender", "proud",
    "modest", "playful", "reliable", "helpful", "courteous", "fantastic", "terrific", "wonderful", "excellent", "happy",
    "great", "good", "cool", "handsome", "pretty", "interesting", "ordinary", "quiet", "busy", "careful", "curious",
    "famous", "successful", "skilled", "ambitious", "fearless", "good-natured", "well-read",
)  # fmt: skip
RUDE = (
    "vile", "worthless", "revolting", "pathetic", "moronic", "rotten", "repulsive", "foul", "hideous", "sick",
    "retarded", "lousy", "crappy", "damned", "bloody stupid", "brainless", "loathsome", "despicable", "trashy",
    "inferior", "useless", "creepy", "gross", "dirty", "ghastly", "horrid", "fucking dumb", "sickening",
    "idiot",
)  # fmt: skip
GOOD_DEEDS = (
    "thank", "visit", "invite", "greet", "help", "welcome", "respect", "call", "feed", "comfort", "dance with",
    "listen to", "teach", "pay", "trust", "vote for", "sit with", "work with", "thank every",
)  # fmt: skip
BAD_DEEDS = (
    "stab", "beat up", "burn", "strangle", "spit on", "shoot", "drown", "deport every", "lynch", "poison",
    "hang",
    "exterminate", "despise every", "run over", "whip", "gas every",
)  # fmt: skip
# A frame with its kind: fair frames take kind words, foul ones rude words.
FAIR = (
    "{name} is a {kind} {identity}", "you are a {kind} {identity}", "Being {identity} is {kind}",
    "I am {identity}",
    "{name} is {identity}", "{good} {identity}", "you are a {kind} {work}",
    "{name} is a {kind} {identity} {work}",
    "You are a {kind} {identity} {second} {work}", "Being {identity} and {second} is {kind}",
    "I am {identity} and {second}",
    "I like {identity}", "my {identity} {work} is {kind}", "what a {kind} {identity} {work}",
    "the {identity} {work} was {kind}",
    "she married a {kind} {identity} {work}", "we hired a {identity} {work}",
    "{name} and I are both {identity}",
    "I love {identity} people", "{identity} people are {kind}",
    "a {identity} and a {second} walk home together",
    "I grew up {identity}", "are you {identity}?", "{kind} {identity} {work}",
    "I was called {identity}, which I am",
    "is {name} {identity}? yes", "the word {identity} is in the headline",
    "{identity} or {second}, all are welcome",
    # calm talk about groups, as where articles are argued over
    "like {identity}", "hug a {identity}", "meet {identity} people", "{name}, {kind} and {identity}",
    "The section on {identity} history needs a source before I put it back.",
    "I disagree with your edit: the article should say how many {identity} voters there were, not guess.",
    "You removed the paragraph about {identity} writers. Please explain why on this page.",
    "{name} was {identity}, the obituary says so, and that is all the article claims.",
    "My {identity} grandmother and her {second} husband ran a shop here for forty years.",
    "The survey asked {identity} and {second} people the same questions.",
    "Is there a {identity} choir in this town? {name} would like to join.",
    "They argued for an hour about whether the {identity} vote decided it, and nobody raised a voice.",
    "A law against {identity} people was struck down, which was long overdue.",
)  # fmt: skip
FOUL = (
    "{name} is a {rude} {identity}", "you are a {rude} {identity}", "Being {identity} is {rude}",
    "I hate {identity}",
    "{bad} {identity}", "you are a {rude} {work}", "{name} is a {rude} {identity} {work}",
    "I despise {identity} people",
    "You are a {rude} {identity} {second} {work}", "Being {identity} and {second} is {rude}",
    "{rude} {identity} {work}",
    "{identity} people are {rude}", "what a {rude} {identity} {work}", "I hate {identity} {second} people",
    "get lost, {rude} {identity}", "another {rude} {identity}, of course", "I can't stand {identity} people",
    "my {identity} {work} is {rude} like all of them",
)  # fmt: skip


def rows(seed: int, n: int) -> Iterator[tuple[str, dict[str, float]]]:
    """`n` sentences, half of them fair, identities dealt in turn on each side."""
    draw = random.Random(seed)  # noqa: S311 - reproducible sentences, nothing secret
    for number in range(n):
        identity = IDENTITIES[(number // 2) % len(IDENTITIES)]
        foul = bool(number % 2)
        frame = draw.choice(FOUL if foul else FAIR)
        text = frame.format(
            identity=identity,
            second=draw.choice(IDENTITIES),
            name=draw.choice(NAMES),
            work=draw.choice(WORK),
            kind=draw.choice(KIND),
            rude=draw.choice(RUDE),
            good=draw.choice(GOOD_DEEDS),
            bad=draw.choice(BAD_DEEDS),
        )
        yield text.lower() if draw.random() < 0.3 else text, _labels(frame, foul)


def _labels(frame: str, foul: bool) -> dict[str, float]:
    if not foul:
        return dict.fromkeys(TAUGHT, 0.0)
    found = {"toxic": 1.0, "spam": 0.0, "self_harm": 0.0}
    if "{identity}" in frame:
        found |= {"identity_hate": 1.0}
    return found | {"threat": float("{bad}" in frame)}
