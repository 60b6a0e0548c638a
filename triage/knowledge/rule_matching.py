"""Whether a red-flag rule fires: its terms on what a note asserts present, and on vital signs."""

from bisect import bisect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from triage.clinical_text.shorthand import Note
from triage.knowledge.corrections import Correction
from triage.knowledge.note import VisitNote
from triage.knowledge.red_flags import Limits, Rule, Term, load_phrases, phrase_assertions
from triage.knowledge.vital_terms import VitalTerm
from triage.vitals import Vitals

Sex = Literal["female", "male", "other"]
Spans = tuple[tuple[int, int], ...]

_ADULT_RANGE: Final = (16.0, 80.0)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the patient apart from the text; None means not known.

    `after_birth`: within six weeks after it. `corrections` are what a person corrected of what was read.
    """

    age_years: float | None = None
    sex: Sex | None = None
    pregnant: bool | None = None
    vitals: Vitals | None = None
    after_birth: bool = False
    corrections: tuple[Correction, ...] = ()


@dataclass(frozen=True, slots=True)
class Patient:
    facts: Facts
    vitals: Vitals
    hits: Mapping[str, Spans]
    given: frozenset[str]  # phrase groups that the form says, without words of the text
    ends: tuple[int, ...] = ()  # of the sentences

    def sentences_of(self, spans: Iterable[tuple[int, int]]) -> set[int]:
        """The sentences in which these spans begin."""
        return {bisect(self.ends, start) for start, _end in spans}

    def shows(self, group: str) -> Spans | None:
        """Spans of a phrase group, none where only the form says it; None where neither does."""
        return self.hits.get(group, () if group in self.given else None)

    @property
    def pregnant(self) -> bool:
        return any(self.shows(group) is not None for group in ("pregnant", "late_pregnancy"))

    @property
    def maternal(self) -> bool:
        """Pregnant, or by the form within six weeks after birth."""
        return self.pregnant or self.facts.after_birth


def present_groups(note: VisitNote) -> dict[str, Spans]:
    """Phrase groups asserted present for this patient, with their spans in the text as written."""
    hits = _present_in(note.plain)
    if note.chinese:
        for group, spans in _present_in(note.english).items():
            hits[group] = (*hits.get(group, ()), *spans)
    return hits


def _present_in(note: Note) -> dict[str, Spans]:
    history_counts = load_phrases().history_counts
    hits: dict[str, Spans] = {}
    for found in phrase_assertions(note.text):
        history = found.status == "past" and found.finding in history_counts
        if found.status == "present" or history:
            hits[found.finding] = (*hits.get(found.finding, ()), note.origin(found.start, found.end))
    return hits


def spans_if_fired(rule: Rule, patient: Patient) -> Spans | None:
    if not _within(rule.limits, patient):
        return None
    spans: list[tuple[int, int]] = []
    for term in rule.all:
        found = _term_spans(term, patient)
        if found is None:
            return None
        spans += found
    if rule.any:
        matching = [found for term in rule.any if (found := _term_spans(term, patient)) is not None]
        if not matching:
            return None
        spans += [span for found in matching for span in found]
    return None if _is_disarmed(rule, patient, spans) else tuple(sorted(set(spans)))


def _is_disarmed(rule: Rule, patient: Patient, spans: list[tuple[int, int]]) -> bool:
    """Whether a `none` term takes the danger away: one of another sentence speaks of something else.

    What only the form says adds rules and never takes one away.
    """
    written = replace(patient, given=frozenset())
    for term in rule.none:
        found = _term_spans(term, written)
        if found is None:
            continue
        if not found or not spans or patient.sentences_of(found) & patient.sentences_of(spans):
            return True
    return False


def _term_spans(term: Term, patient: Patient) -> Spans | None:
    """Spans of the first alternative that holds; an empty tuple for a vital sign; None where nothing holds."""
    for alternative in term:
        if isinstance(alternative, VitalTerm):
            if alternative.holds(patient.vitals):
                return ()
        elif (spans := patient.shows(alternative)) is not None:
            return spans
    return None


def _within(limits: Limits, patient: Patient) -> bool:
    """Whether a rule is for this patient; an unknown age counts as any adult age, an unknown sex as either.

    A pregnancy that nobody tells of counts as none.
    """
    facts = patient.facts
    if limits.sex is not None and facts.sex in {"female", "male"} and facts.sex != limits.sex:
        return False
    if limits.pregnant is not None and limits.pregnant != patient.pregnant:
        return False
    low = 0.0 if limits.age_min is None else limits.age_min
    high = float("inf") if limits.age_max is None else limits.age_max
    if facts.age_years is None:
        return low < _ADULT_RANGE[1] and high > _ADULT_RANGE[0]
    return low <= facts.age_years < high
