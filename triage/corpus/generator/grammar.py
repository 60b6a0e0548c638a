"""Wording helpers of the case generator: clauses or noun phrases, person, articles, lists, typing errors."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

from aimass_apps.ml.recipe import mistyping
from aimass_apps.strict_files import read_json
from triage.knowledge.load import BadCatalogue, Finding, load_catalogue

FRAMES = Path(__file__).with_name("frames.json")
# Such words open a subordinate clause: what follows does not make a phrase a sentence ("a cough that is dry").
_OPENERS = r"(?!\b(?:that|when|where|after|like|while|since|if|for|than|of my life)\b)."
_FIXED = r"\b(?:hurts?|bit my|came down|sets it|makes it|runs in|spins|bulge|are hard|makes me)\b"


@lru_cache(maxsize=1)
def frames() -> dict[str, Any]:
    """Sentence frames, grammar and limits of the generator, from `frames.json`."""
    return read_json(FRAMES, dict[str, Any], BadCatalogue)


@lru_cache(maxsize=1)
def _clause_pattern() -> re.Pattern[str]:
    grammar = frames()["grammar"]
    subjects, verbs = (grammar[key].replace(" ", "|") for key in ("clause_subjects", "clause_verbs"))
    subject = rf"(?:(?:a|bright|cold|straight|mental) )?(?:{subjects})\b"
    return re.compile(
        rf"^(?!the (?:runs|shakes|shivers)\b)"
        rf"(?:(?:I|my)\b|{subject}(?:{_OPENERS})*?(?:\b(?:{verbs})\b|'s\b|'ve\b)|(?:{_OPENERS})*?{_FIXED})"
    )


@lru_cache(maxsize=1)
def _kept_verbs() -> frozenset[str]:
    return frozenset(frames()["grammar"]["kept_verbs"].split())


@lru_cache(maxsize=1)
def _adverbs() -> frozenset[str]:
    return frozenset(frames()["grammar"]["adverbs"].split())


@dataclass(frozen=True, slots=True)
class Phrases:
    """The ways to word one finding: noun phrases and clauses of a patient, noun phrases of a clinician."""

    lay: tuple[str, ...]
    clauses: tuple[str, ...]
    clinical: tuple[str, ...]


@lru_cache(maxsize=1)
def phrases() -> dict[str, Phrases]:
    """Wordings of every finding of the shipped catalogue, by finding id."""
    return {finding.id: _phrases_of(finding) for finding in load_catalogue().findings.values()}


def _phrases_of(finding: Finding) -> Phrases:
    name = lower_first(finding.name)
    clauses = tuple(way for way in finding.lay if is_clause(way))
    lay = tuple(way for way in finding.lay if not is_clause(way))
    # A name with a comma or brackets reads as a list: it stays out of sentences.
    plain = () if set(",(") & set(name) else (name,)
    return Phrases(lay or (() if clauses else (name,)), clauses, (*finding.clinical, *plain))


def is_clause(phrase: str) -> bool:
    """True for "my head hurts", false for "a sore head" and "a headache when I cough"."""
    return bool(_clause_pattern().match(phrase))


def as_other(text: str, *, female: bool) -> str:
    """A first-person phrase said about somebody else: "I can't sleep" -> "she can't sleep"."""
    he, him, his = ("she", "her", "her") if female else ("he", "him", "his")
    text = re.sub(r"\bI'm\b|\bI am\b", f"{he} is", text)
    text = re.sub(r"\bI've been\b", f"{he} has been", text)
    text = re.sub(r"\bI've\b", f"{he} has", text).replace("I'd ", f"{he} would ")
    text = re.sub(r"\bI ((?:\w+ )?)([\w']+)", lambda m: _third_person(m, he), text)
    text = re.sub(r"\bmyself\b", f"{him}self", text)
    text = re.sub(r"\b[Mm]y\b", his, text)
    return re.sub(r"\bme\b", him, text)


def _third_person(match: re.Match[str], he: str) -> str:
    first, second = match[1].strip(), match[2]
    if first in _adverbs():
        return f"{he} {first} {_conjugate(second)}"
    if first:
        return f"{he} {_conjugate(first)} {second}"
    return f"{he} {_conjugate(second)}"


def _conjugate(verb: str) -> str:
    irregular: dict[str, str] = frames()["grammar"]["irregular"]
    if verb in irregular:
        return irregular[verb]
    if verb in _kept_verbs() or (verb.endswith("ed") and verb != "need"):
        return verb
    if verb.endswith(("s", "sh", "ch", "x")):
        return f"{verb}es"
    return f"{verb[:-1]}ies" if verb.endswith("ry") else f"{verb}s"


def bare(phrase: str) -> str:
    """The phrase without its leading article, as it follows "no" or "denies"."""
    return re.sub(r"^(?:an?|the|some|my) ", "", phrase)


def lower_first(text: str) -> str:
    """Lower-case the first letter, unless the first word is an abbreviation or a name."""
    word = text.split(" ", 1)[0]
    if word[1:] != word[1:].lower() or "'" in word or word in {"Raynaud", "Koplik", "Kernig", "Marfan"}:
        return text
    return text[:1].lower() + text[1:]


def capital(text: str) -> str:
    """Upper-case the first letter and leave the rest alone."""
    return text[:1].upper() + text[1:]


def join(parts: Sequence[str], rng: Random, word: str = "and") -> str:
    """A spoken list: "a", "a and b", "a, b and c"; commas before the word and semicolons vary."""
    if len(parts) < 2:
        return parts[0] if parts else ""
    roll = rng.random()
    if roll < 0.12:
        return ", ".join(parts)
    comma = "," if roll < 0.45 and len(parts) > 2 else ""
    return f"{', '.join(parts[:-1])}{comma} {word} {parts[-1]}"


def fix_articles(text: str) -> str:
    """Write "an 8-year-old" and "an 80-year-old"."""
    return re.sub(r"\b([Aa]) (?=(?:8|11|18|8\d)[- ]|(?:8|11|18|8\d)(?:\b))", r"\1n ", text)


def mistype(text: str, rng: Random) -> str:
    """Break a few words as hasty fingers do: a letter lost, doubled, swapped or replaced by its neighbour."""
    words = text.split(" ")
    for position, word in enumerate(words):
        if len(word) > 3 and rng.random() < 0.05:
            words[position] = _broken(word, rng)
    return " ".join(words)


def _broken(word: str, rng: Random) -> str:
    at = rng.randrange(1, len(word) - 1)
    roll = rng.randrange(4)
    if roll == 0:
        return mistyping.lost(word, at)
    if roll == 1:
        return mistyping.doubled(word, at)
    if roll == 2:
        return mistyping.swapped(word, at)
    neighbours: str = frames()["grammar"]["near_keys"].get(word[at], word[at])
    return mistyping.replaced(word, at, rng.choice(neighbours))
