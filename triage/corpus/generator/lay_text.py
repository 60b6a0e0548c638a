"""The patient's register of the case generator: first person, or a relative who writes for somebody."""

import re
from random import Random

from triage.corpus.generator.grammar import as_other, bare, capital, frames, mistype, phrases
from triage.corpus.generator.patients import Patient
from triage.corpus.generator.phrasing import age_words, fill, kinds_of, negated, noun, pick, times
from triage.knowledge.load import load_catalogue

# How often a patient mentions findings of a kind by themselves.
_MENTIONED = {"symptom": 0.93, "sign": 0.6, "vital": 0.4, "history": 0.55, "test": 0.12}
_UNABLE = frozenset({"unresponsive", "drowsiness", "confusion", "fluctuating_confusion", "seizure", "memory_loss"})


def patient_words(patient: Patient, rng: Random) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """A case in lay words: text, the findings it tells as present, and as absent."""
    told = _chosen(patient, rng)
    proxy = patient.age_years < 13 or (bool(_UNABLE & set(told)) and rng.random() < 0.8) or rng.random() < 0.05
    sentences = [_greeting(patient, proxy, rng)] if proxy or rng.random() < 0.35 else []
    words = _times(patient, rng)
    for position, finding in enumerate(told):
        sentences.append(_sentence(finding, "start" if position == 0 else "more", words, rng))
    askable = tuple(f for f in patient.absent if load_catalogue().findings[f].kind in {"symptom", "vital"})
    absent = askable[: rng.randint(1, 3)] if rng.random() < 0.5 else ()
    extras = [fill_absent(absent, rng)] if absent else []
    if patient.severity != "moderate":
        extras.append(pick("patient", patient.severity, rng))
    if rng.random() < 0.2 and not proxy:
        extras.append(pick("patient", "noise", rng))
    sentences += [extra for extra in extras if extra]
    if rng.random() < 0.25:
        sentences.append(pick("patient", "closing", rng))
    text = " ".join(sentences)
    if proxy:
        text = _about(text, patient, sentences[0])
    return _scruffy(text, rng), tuple(told), absent


def _chosen(patient: Patient, rng: Random) -> list[str]:
    known = load_catalogue().findings
    leading = patient.present[:2]
    told = [f for f in patient.present if rng.random() < _MENTIONED[known[f].kind] * (1.3 if f in leading else 1)]
    by_kind = kinds_of(told if len(told) > 1 else patient.present[:2])
    complaint = by_kind["symptom"] + by_kind["vital"] + by_kind["sign"]
    if rng.random() < 0.3:
        rng.shuffle(complaint)
    # Short messages name only the two or three worst things.
    if rng.random() < 0.25:
        complaint = complaint[: rng.randint(2, 3)]
    rest = by_kind["history"][:3] + by_kind["test"][:1]
    return complaint + rest if complaint else rest


def _times(patient: Patient, rng: Random) -> dict[str, str]:
    words = times(patient, rng)
    words["duration_ago"] = words["ago"].removesuffix(" ago") + " ago" if words["ago"].endswith("ago") else words["ago"]
    return words | {"duration_cap": capital(words["duration"]), "ago_cap": capital(words["ago"])}


def _sentence(finding: str, place: str, words: dict[str, str], rng: Random) -> str:
    known = phrases()[finding]
    if load_catalogue().findings[finding].kind == "history":
        place = "history"
    ways = len(known.clauses) + len(known.lay)
    if rng.random() * ways < len(known.clauses):
        clause = rng.choice(known.clauses)
        frame = pick("patient", f"{place}_clause", rng)
        return fill(frame, {**words, "clause": clause, "clause_cap": capital(clause)})
    phrase = rng.choice(known.lay)
    frame = pick("patient", f"{place}_np", rng)
    return fill(frame, {**words, "np": phrase, "np_cap": capital(phrase), "np_bare": bare(phrase)})


def fill_absent(absent: tuple[str, ...], rng: Random) -> str:
    """What the patient says they do not have."""
    return pick("patient", "absent", rng).format_map({"absent_or": negated(absent, rng, lay=True)})


def _greeting(patient: Patient, proxy: bool, rng: Random) -> str:
    adjective, short = age_words(patient)
    words = {
        "age_words": adjective if rng.random() < 0.6 else adjective.replace("-", " "),
        "age_short": short,
        "noun": noun(patient, rng),
        "sex_word": "female" if patient.female else "male",
        "sex_letter": "f" if patient.female else "m",
        "age_phrase": f"{short} old" if " " in short else rng.choice((f"{short} years old", short)),
    }
    words["noun_cap"] = capital(words["noun"])
    if proxy:
        kin = frames()["patient"]["kin_child" if patient.age_years < 16 else "kin_adult"]
        choices = kin["female" if patient.female else "male"]
        words["kin"] = rng.choice([k for k in choices if patient.age_years < 2 or "baby" not in k])
        if patient.age_years < 55:
            words["kin"] = words["kin"].replace("grandfather", "brother").replace("grandmother", "sister")
    frame = pick("patient", "greeting_other" if proxy else "greeting", rng)
    return capital(frame.format_map(words))


def _about(text: str, patient: Patient, greeting: str) -> str:
    """The rest of the message about somebody else; the greeting and the writer's own questions stay as they are."""
    rest = text[len(greeting) :].strip()
    told = re.split(r"(?<=[.?!]) ", rest)
    kept = {*frames()["patient"]["closing"]}
    turned = [part if part in kept else capital(as_other(part, female=patient.female)) for part in told]
    return f"{greeting} {' '.join(turned).strip()}"


def _scruffy(text: str, rng: Random) -> str:
    roll = rng.random()
    if roll < 0.12:
        text = text.lower()
    elif roll < 0.16:
        text = text.lower().replace(".", "").replace(",", "")
    elif roll < 0.2:
        text = text.replace(". ", ", ").replace("'", "")
    return mistype(text, rng) if rng.random() < 0.3 else text
