"""Invented cases with known answers, to train and test the symptom models.

    from triage.corpus.generator.cases import generate_cases
    for case in generate_cases(60_000, seed=1):
        case.text, case.condition, case.urgency   # what a model reads, and what it should say

Each case is drawn from the catalogue: a condition (prevalence flattened to its square root, so that rare ones are
well covered), a patient by age and sex, findings by their typicality (one presentation in three is sparse), findings
that are absent, vital signs that agree. It is told in one of three registers: a patient's own words or a relative's, a
clinician's vignette, a triage note. The same seed and catalogue give the same cases, in any slice size. Different
seeds share sentence frames and wordings: a split by seed measures memory of the generator, not of medicine.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from triage.corpus.generator.clinical_text import Told, triage_note, vignette
from triage.corpus.generator.lay_text import patient_words
from triage.corpus.generator.patients import Patient, draw_patient, urgency_of
from triage.knowledge.load import load_catalogue

REGISTERS = ("patient", "clinician", "note")
_SHARES = (45, 45, 10)


@dataclass(frozen=True, slots=True)
class Case:
    """One invented case.

    `present` and `absent` are the finding ids that the text tells. `age_years` is a fraction below two years; `sex` is
    "female" or "male"; `vitals` holds heart_rate and respiratory_rate per minute, spo2 in per cent, systolic and
    diastolic in mmHg, temperature in degrees Celsius and consciousness, whether the text names them or not.
    """

    text: str
    condition: str
    urgency: str
    age_years: float
    sex: str
    present: tuple[str, ...]
    absent: tuple[str, ...]
    vitals: Mapping[str, float | str]
    register: str


def generate_cases(n: int, seed: int, conditions: Sequence[str] | None = None) -> Iterator[Case]:
    """`n` cases, the same for the same seed and catalogue; of `conditions` (ids) alone where given.

    Raises `KeyError` for an unknown condition.
    """
    known = load_catalogue().conditions
    drawn_from = [known[name] for name in conditions] if conditions is not None else list(known.values())
    weights = [condition.prevalence**0.5 for condition in drawn_from]
    rng = Random(seed)  # noqa: S311 - reproducible invented text, nothing secret
    for condition in rng.choices(drawn_from, weights, k=n):
        yield _told(draw_patient(condition, rng), rng)


def _told(patient: Patient, rng: Random) -> Case:
    register = rng.choices(REGISTERS, _SHARES)[0]
    text, present, absent = _telling(register, patient, rng)
    return Case(
        text=text,
        condition=patient.condition.id,
        urgency=urgency_of(patient, present),
        age_years=round(patient.age_years, 2) if patient.age_years < 2 else float(int(patient.age_years)),
        sex="female" if patient.female else "male",
        present=present,
        absent=absent,
        vitals=patient.vitals,
        register=register,
    )


def _telling(register: str, patient: Patient, rng: Random) -> Told:
    if register == "patient":
        return patient_words(patient, rng)
    return vignette(patient, rng) if register == "clinician" else triage_note(patient, rng)
