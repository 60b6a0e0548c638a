"""What every register of the case generator shares: the patient in words, durations, and filling of frames."""

import re
from collections.abc import Mapping, Sequence
from random import Random

from triage.corpus.generator.grammar import bare, capital, frames, join, lower_first, phrases
from triage.corpus.generator.patients import Patient
from triage.knowledge.load import load_catalogue

_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")

_UNDENIED = re.compile(r"[,\d]")
_DOUBLED = re.compile(r"\b(past|last) (?:about|a)\b ")


def pick(section: str, key: str, rng: Random) -> str:
    """One frame of a section."""
    choices: Sequence[str] = frames()[section][key]
    return rng.choice(choices)


def age_words(patient: Patient) -> tuple[str, str]:
    """Age as an adjective and as a short phrase: ("34-year-old", "34") or ("8-month-old", "8 months")."""
    if patient.age_years < 0.08:
        days = max(2, round(patient.age_years * 365))
        return f"{days}-day-old", f"{days} days"
    if patient.age_years < 2:
        months = max(1, round(patient.age_years * 12))
        return f"{months}-month-old", f"{months} month{'s' if months > 1 else ''}"
    return f"{int(patient.age_years)}-year-old", str(int(patient.age_years))


def noun(patient: Patient, rng: Random) -> str:
    """Man, woman, boy, girl, infant ... as a clinician writes it."""
    if patient.age_years < 1:
        sex = "girl" if patient.female else "boy"
        return rng.choice((sex, f"{'female' if patient.female else 'male'} infant", f"infant {sex}"))
    if patient.age_years < 13:
        return "girl" if patient.female else "boy"
    if patient.age_years < 18:
        return rng.choice(
            ("girl", "adolescent girl", "young woman") if patient.female else ("boy", "adolescent boy", "young man")
        )
    return rng.choice(
        ("woman", "woman", "woman", "female", "lady") if patient.female else ("man", "man", "man", "male", "gentleman")
    )


def pronouns(patient: Patient) -> dict[str, str]:
    """The words of a frame for the patient: he, him, his and capitalised He, His."""
    he, him, his = ("she", "her", "her") if patient.female else ("he", "him", "his")
    return {"he": he, "him": him, "his": his, "He": he.capitalize(), "His": his.capitalize()}


def times(patient: Patient, rng: Random) -> dict[str, str]:
    """Durations for frames: "two days", "for"-less, with the matching "... ago" and "since ..."."""
    unit, amount = patient.condition.duration.unit, patient.amount
    if unit == "hour" and amount >= 48:
        unit, amount = "day", round(amount / 24)
    if unit == "week" and amount >= 10 and rng.random() < 0.7:
        unit, amount = "month", round(amount / 4.3)
    if unit == "month" and amount >= 24:
        unit, amount = "year", round(amount / 12)
    word = _WORDS[amount] if amount < len(_WORDS) else str(amount)
    number = rng.choice((str(amount), word))
    plain = f"{number} {unit}{'' if amount == 1 else 's'}"
    duration = plain
    if amount > 1 and rng.random() < 0.35:
        duration = rng.choice(frames()["durations"][unit]).format(n=amount, w=word)
    adjective = f"{number}-{unit}" if rng.random() < 0.6 else f"{plain.replace(' ', '-')}"
    ago = _ago(unit, amount, plain, rng)
    since = rng.choice((f"for {duration}", f"since {ago}" if not ago.endswith("ago") else f"starting {ago}"))
    return {"duration": duration, "duration_plain": plain, "duration_adj": adjective, "ago": ago, "since": since}


def _ago(unit: str, amount: int, plain: str, rng: Random) -> str:
    if unit == "hour" and rng.random() < 0.4:
        return rng.choice(("this morning", "last night", "today", "earlier today"))
    if unit == "day" and amount == 1:
        return "yesterday"
    if unit == "week" and amount == 1:
        return "last week"
    return f"{plain} ago"


def clinical(finding: str, rng: Random) -> str:
    """A clinician's noun phrase for a finding."""
    return rng.choice(phrases()[finding].clinical)


def negated(findings: Sequence[str], rng: Random, *, lay: bool) -> str:
    """Findings as they follow "no" or "denies": "fever, cough or chest pain"."""
    words = []
    for finding in findings:
        known = phrases()[finding]
        # A wording with a comma would fall apart in a list, and nobody denies "a fever of 38.7".
        ways = [way for way in (known.lay if lay and known.lay else known.clinical) if not _UNDENIED.search(way)]
        words.append(bare(rng.choice(ways or [lower_first(load_catalogue().findings[finding].name)])))
    return join(words, rng, "or")


def kinds_of(findings: Sequence[str]) -> Mapping[str, list[str]]:
    """Findings by kind, in their order."""
    sorted_out: dict[str, list[str]] = {"symptom": [], "sign": [], "history": [], "test": [], "vital": []}
    known = load_catalogue().findings
    for finding in findings:
        sorted_out[known[finding].kind].append(finding)
    return sorted_out


def fill(frame: str, words: Mapping[str, str]) -> str:
    """A frame with its words in, its first letter large; "the past a few days" loses its article."""
    return capital(_DOUBLED.sub(r"\1 ", frame.format_map(words)))
