"""How a visit is prepared for a model that reads only text (`inference.model_input`).

What a form asked stands as words around the text, so that the model knows age, sex and vital signs; what it denies is
cut.
"""

from __future__ import annotations

from collections.abc import Mapping

from triage.clinical_text.clauses import sentences
from triage.clinical_text.denials import without_denials
from triage.knowledge.corrections import read_corrections
from triage.knowledge.intake_record import recogniser
from triage.knowledge.note import read_note
from triage.knowledge.scales import is_usual

# Names as in a visit's facts; units as in triage.vitals.
_SIGNS = (
    ("temperature", "T {:g}"),
    ("heart_rate", "HR {:g}"),
    ("respiratory_rate", "RR {:g}"),
    ("systolic", "systolic BP {:g}"),
    ("spo2", "SpO2 {:g}%"),
)


def tell_facts(text: str, facts: Mapping[str, object]) -> str:
    """`text` with one sentence of who it is about before it, and the vital signs behind; unknown facts add nothing."""
    who = _who(facts.get("age_years"), facts.get("sex"), facts.get("pregnant"))
    vitals = facts.get("vitals")
    signs = _signs(vitals, facts.get("age_years")) if isinstance(vitals, Mapping) else ""
    return " ".join(part for part in (who, text.strip(), signs) if part)


def write_out_note(text: str, facts: Mapping[str, object]) -> str:
    """`text` in plain English words: shorthand written out, a Chinese note told in English."""
    return read_note(text, read_corrections(facts.get("corrections"))).english.text


def drop_denials(text: str, facts: Mapping[str, object]) -> str:
    """`text` without what it denies, and without sentences that tell of somebody else's findings alone."""
    return without_denials(_of_the_patient(text))


def _of_the_patient(text: str) -> str:
    found = recogniser().assertions(text)
    others = [each for each in found if each.status == "family"]
    if not others:
        return text
    kept = [
        text[part.start : part.end]
        for part in sentences(text)
        if not (own := [each.status for each in found if part.start <= each.start < part.end]) or set(own) != {"family"}
    ]
    return "".join(kept).strip() or text


def _who(age: object, sex: object, pregnant: object) -> str:
    adult = not isinstance(age, int | float) or age >= 16
    nouns = {"female": ("girl", "woman"), "male": ("boy", "man")}.get(str(sex), ("child", "person"))
    noun = nouns[adult]
    if pregnant is True:
        noun = f"pregnant {noun}"
    if not isinstance(age, int | float):
        return f"A {noun}." if str(sex) in {"female", "male"} or pregnant is True else ""
    if age < 2:
        return f"A {max(0, round(age * 12))}-month-old {noun}."
    return f"A {int(age)}-year-old {noun}."


def _signs(vitals: Mapping[str, object], age: object) -> str:
    """Signs that are out of range. One that is as it should be is no finding, and must make nothing more urgent."""
    years = float(age) if isinstance(age, int | float) else None
    given = [
        form.format(value)
        for name, form in _SIGNS
        if isinstance(value := vitals.get(name), int | float) and not is_usual(name, float(value), years)
    ]
    return f"Observations: {', '.join(given)}." if given else ""
