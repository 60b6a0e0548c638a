"""The clinician's register of the case generator: vignettes and short triage notes."""

from random import Random

from triage.corpus.generator.grammar import capital, fix_articles, frames, join
from triage.corpus.generator.patients import Patient
from triage.corpus.generator.phrasing import age_words, clinical, fill, kinds_of, negated, noun, pick, pronouns, times

Told = tuple[str, tuple[str, ...], tuple[str, ...]]

# How many sentences that say nothing about the condition a vignette gets, of history and of examination.
_FILLERS = (0, 0, 0, 1, 1, 2, 3)
_ONSETS = {
    "sudden": ("sudden-onset", "sudden", "acute", "abrupt"),
    "acute": ("acute", "recent", "progressive", "new-onset"),
    "gradual": ("gradual", "progressive", "longstanding", "slowly progressive", "chronic"),
}


def vignette(patient: Patient, rng: Random) -> Told:
    """A case as a doctor writes it: text, the findings it tells as present, and as absent."""
    by_kind = kinds_of(patient.present)
    spoken = by_kind["symptom"] + [f for f in by_kind["vital"] if rng.random() < 0.5]
    seen = [f for f in by_kind["sign"] if rng.random() < 0.85]
    tested = [f for f in by_kind["test"] if rng.random() < 0.55]
    history = by_kind["history"][:4]
    if not spoken:
        spoken, seen = (seen or by_kind["sign"])[:2], seen[2:]
    spoken = spoken or tested[:1] or history[:1] or list(patient.present[:1])
    words = _words(patient, spoken, history, rng)
    early = bool(history) and rng.random() < 0.4
    sentences = [fill(pick("clinician", "opening_history" if early else "opening", rng), words)]
    sentences += _later(spoken[words_used(spoken) :], "more", rng, words)
    middle = [_history(patient, [] if early else history, rng, words), _negatives(patient, rng, words)]
    middle.append(_course(patient, rng, words))
    rng.shuffle(middle)
    sentences += [part for part in middle if part]
    sentences += _examined(patient, seen, tested, rng, words)
    told = tuple(dict.fromkeys([*spoken, *history, *seen, *tested]))
    absent = patient.absent if words.get("told_absent") else ()
    return fix_articles(" ".join(sentences)), told, absent


def words_used(spoken: list[str]) -> int:
    """How many findings the opening sentence holds: up to three."""
    return min(3, len(spoken)) if len(spoken) < 5 else 2


def _words(patient: Patient, spoken: list[str], history: list[str], rng: Random) -> dict[str, str]:
    adjective, _ = age_words(patient)
    who = noun(patient, rng)
    described = f"{adjective} {who}" if rng.random() < 0.85 else f"{adjective.replace('-', ' ')} {who}"
    child = patient.age_years < 18
    words = {**pronouns(patient), **times(patient, rng)}
    words |= {
        "patient": described,
        "Patient": described,
        "main": join([clinical(f, rng) for f in spoken[: words_used(spoken)]], rng),
        "history": join([clinical(f, rng) for f in history], rng),
        "place": rng.choice(frames()["clinician"]["places"]),
        "occupation": "a schoolchild" if child else rng.choice(frames()["clinician"]["occupations"]),
        "companion": rng.choice(frames()["clinician"]["companions_child" if child else "companions"]),
        "onset": rng.choice(_ONSETS[patient.condition.onset]),
        "onset_noun": rng.choice(("sudden", "gradual"))
        if patient.condition.onset == "acute"
        else patient.condition.onset,
        "told_absent": "",
    }
    words["companion"] = words["companion"].replace("his or her", words["his"])
    words["Ago_cap"] = capital(words["ago"])
    return words


def _later(rest: list[str], key: str, rng: Random, words: dict[str, str]) -> list[str]:
    sentences = []
    while rest:
        size = rng.randint(1, 4)
        part, rest = rest[:size], rest[size:]
        words[key] = join([clinical(f, rng) for f in part], rng)
        sentences.append(fill(pick("clinician", key, rng), words))
    return sentences


def _history(patient: Patient, history: list[str], rng: Random, words: dict[str, str]) -> str:
    parts = []
    if history:
        words["history"] = join([clinical(f, rng) for f in history], rng)
        parts.append(fill(pick("clinician", "history", rng), words))
    key = "filler_history_child" if patient.age_years < 13 else "filler_history"
    parts += _fillers(key, patient, rng, words)
    return " ".join(parts)


def _fillers(key: str, patient: Patient, rng: Random, words: dict[str, str]) -> list[str]:
    """Sentences that say nothing about the condition, none of which the patient's findings belie."""
    marks = patient.marks()
    drawn = rng.sample(frames()["clinician"][key], rng.choice(_FILLERS))
    return [fill(filler["text"], words) for filler in drawn if marks.isdisjoint(filler["unless"])]


def _negatives(patient: Patient, rng: Random, words: dict[str, str]) -> str:
    if not patient.absent or rng.random() < 0.2:
        return ""
    words["told_absent"] = "yes"
    words["absent_or"] = negated(patient.absent, rng, lay=False)
    words["absent_list"] = words["absent_or"]
    return fill(pick("clinician", "absent", rng), words)


def _course(patient: Patient, rng: Random, words: dict[str, str]) -> str:
    if patient.severity != "moderate":
        return fill(pick("clinician", patient.severity, rng), words)
    return fill(pick("clinician", "course", rng), words) if rng.random() < 0.3 else ""


def _examined(patient: Patient, seen: list[str], tested: list[str], rng: Random, words: dict[str, str]) -> list[str]:
    sentences = []
    if rng.random() < 0.45:
        sentences.append(fill(pick("clinician", "vitals", rng), {**words, **_measured(patient)}))
    if seen:
        words["signs"] = join([clinical(f, rng) for f in seen], rng)
        sentences.append(fill(pick("clinician", "exam", rng), words))
    sentences += _fillers("filler_exam", patient, rng, words)
    if rng.random() < 0.3:
        sentences += _fillers("filler_tests", patient, rng, words)[:2]
    if tested:
        words["tests"] = join([clinical(f, rng) for f in tested], rng)
        sentences.append(fill(pick("clinician", "tests", rng), words))
    return sentences


def _measured(patient: Patient) -> dict[str, str]:
    vitals = patient.vitals
    names = {"hr": "heart_rate", "rr": "respiratory_rate", "sys": "systolic", "dia": "diastolic", "spo2": "spo2"}
    celsius = float(vitals["temperature"])
    return {
        **{short: str(vitals[name]) for short, name in names.items()},
        "temp": f"{celsius:.1f}",
        "tempf": f"{celsius * 9 / 5 + 32:.1f}",
    }


def triage_note(patient: Patient, rng: Random) -> Told:
    """A few words as a triage nurse jots them down: "54F, chest pain, sweating x 2 hours. PMH: smoking"."""
    by_kind = kinds_of(patient.present)
    listed = [f for f in by_kind["symptom"] + by_kind["vital"] + by_kind["sign"] if rng.random() < 0.8]
    listed = listed or list(patient.present[:2])
    history = by_kind["history"][:2] if rng.random() < 0.5 else []
    _, short = age_words(patient)
    words = times(patient, rng)
    age = short.replace(" months", "mo").replace(" month", "mo").replace(" days", "d")
    words |= {
        "code": f"{age}{'F' if patient.female else 'M'}",
        "patient": f"{age_words(patient)[0]} {noun(patient, rng)}",
        "list": ", ".join(clinical(f, rng) for f in listed),
    }
    text = fill(pick("clinician", "note", rng), words)
    absent = patient.absent if patient.absent and rng.random() < 0.4 else ()
    if absent:
        text += f" {rng.choice(('No', 'Denies', 'Nil'))} {negated(absent, rng, lay=False)}."
    if history:
        text += f" {rng.choice(('PMH:', 'PMHx', 'Hx:', 'Background'))} {', '.join(clinical(f, rng) for f in history)}."
    return text, tuple(dict.fromkeys([*listed, *history])), absent
