"""The third model: naive Bayes over coded findings, with the catalogue's typicality as its probabilities.

Reads which findings a text names, by whom and whether denied, takes vital signs as findings, and multiplies
P(condition | age, sex) by P(finding | condition) over those present and by 1 - P over those absent; what nobody
mentioned counts a little. The artefact holds its own copy of wordings and probabilities, so that an old version
answers as it did after the catalogue changed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from aimass_apps.inference.output_head import Array, Head, read_head
from aimass_apps.inference.predictor import Answer, Item, Span
from triage.clinical_text.assertion import Assertion
from triage.clinical_text.demographics import read_demographics
from triage.clinical_text.finding_recogniser import Recogniser
from triage.clinical_text.shorthand import Note
from triage.clinical_text.vitals_in_text import fill_from_text
from triage.knowledge.corrections import read_corrections
from triage.knowledge.load import AGE_BANDS
from triage.knowledge.measured import measured_findings
from triage.knowledge.note import read_note
from triage.vitals import Vitals

TABLES: Final = "bayes.json"
FILES: Final = (TABLES, "head.json")
PRESENT, ABSENT = "present", "absent"
_FAMILY = "family_"  # findings about relatives
_OUT_OF_AGE, _OTHER_SEX = 0.03, 0.01  # of the usual share: rare, never impossible


class Coded(NamedTuple):
    """A text as findings: those present and absent, and the mentions that say so; age in years."""

    present: frozenset[str]
    absent: frozenset[str]
    mentions: tuple[tuple[int, int, str, str], ...]
    age_years: float | None
    sex: str | None


class BayesPredictor:
    """Scores every condition by the findings that a text names; tells which."""

    def __init__(self, tables: Mapping[str, Any], head: Head) -> None:
        self.head, self.labels = head, head.labels
        self._kinds = {name: each["kind"] for name, each in tables["findings"].items()}
        self._recogniser = Recogniser({name: each["wordings"] for name, each in tables["findings"].items()})
        self._odds = _Odds(tables, head.labels)

    @classmethod
    def load(cls, folder: Path, device: str = "auto") -> BayesPredictor:
        """Open an artefact folder; `device` is of no matter here."""
        return cls(json.loads((folder / TABLES).read_text(encoding="utf-8")), read_head(folder))

    def predict(self, items: Sequence[Item]) -> list[Answer]:
        """One answer for each item; its spans are the findings read, `rule` their status, in the item's own text."""
        return [self._answer(item) for item in items]

    def logits(self, texts: Sequence[str]) -> Array:
        """Log-odds of each condition up to a constant, shape (texts, conditions)."""
        rows = [self._odds.of(self.read(text)) for text in texts]
        return np.array(rows, np.float32).reshape(len(texts), len(self.labels))

    def read(self, text: str) -> Coded:
        """The findings of a text, its measured vital signs among them."""
        told = read_demographics(text)
        named = self._recogniser.assertions(text)
        mentions = [(each.start, each.end, each.finding, self._status(each)) for each in named]
        measured = measured_findings(fill_from_text(text, Vitals()), told.age_years)
        present = {finding for _, _, finding, status in mentions if status == PRESENT} | measured.present
        absent = {finding for _, _, finding, status in mentions if status == ABSENT} | measured.absent
        known = frozenset(self._kinds)
        # A text that says both tells of something that comes and goes.
        return Coded(
            known & present,
            (known & absent) - present,
            tuple(each for each in mentions if each[3]),
            told.age_years,
            told.sex,
        )

    def _answer(self, item: Item) -> Answer:
        told = self.head.text_of(item)
        coded = self.read(told)
        scores = self.head.probabilities(self._odds.of(coded)[None, :].astype(np.float32))[0]
        corrections = read_corrections(item.facts.get("corrections"))
        note = read_note(item.text, corrections).english if "write_out" in self.head.reads else Note(item.text)
        own = note.text.strip()
        shift = note.text.find(own) - max(0, told.find(own))
        spans = tuple(
            Span(*note.origin(start + shift, end + shift), finding, status, 1.0)
            for start, end, finding, status in coded.mentions
            if 0 <= start + shift < end + shift <= len(note.text)
        )
        return Answer(dict(zip(self.labels, scores.tolist(), strict=True)), spans)

    def _status(self, assertion: Assertion) -> str:
        """Present, absent or "" where a mention says nothing about the patient now."""
        counts = {
            "past": self._kinds[assertion.finding] == "history",
            "family": assertion.finding.startswith(_FAMILY),
        }
        if assertion.status in (PRESENT, ABSENT):
            return str(assertion.status)
        return PRESENT if counts.get(assertion.status, False) else ""


class _Odds:
    """The arithmetic: log P(condition) + sum of log P(finding | condition) / P(finding)."""

    def __init__(self, tables: Mapping[str, Any], conditions: Sequence[str]) -> None:
        rows = [tables["conditions"][name] for name in conditions]
        self._place = {name: place for place, name in enumerate(tables["findings"])}
        self._set = tables["settings"]
        typical = np.zeros((len(rows), len(self._place)))
        against = np.zeros_like(typical)
        for number, row in enumerate(rows):
            for finding, share in row["findings"].items():
                typical[number, self._place[finding]] = share
            against[number, [self._place[finding] for finding in row["against"]]] = 1.0
        self._who = _Who(rows)
        weight = np.array([row["prevalence"] for row in rows], float) ** self._set["prevalence_power"]
        self._weight = np.log(weight)
        usual = np.maximum(weight @ typical / weight.sum(), self._set["rarest"])
        mix = self._set["mix"]
        # A finding that the catalogue does not connect with a condition still happens beside it, as often as usual.
        self._present = np.log((1 - mix) * typical + mix * usual) - np.log(usual) - self._set["against"] * against
        self._unseen = np.log1p(-self._set["asked"] * typical)

    def of(self, coded: Coded) -> Array:
        """Log-odds, shape (conditions,)."""
        present = [self._place[finding] for finding in sorted(coded.present)]
        absent = [self._place[finding] for finding in sorted(coded.absent)]
        silent = np.ones(len(self._place), bool)
        silent[present + absent] = False
        odds = self._weight + self._who.share(coded.age_years, coded.sex)
        odds = odds + self._present[:, present].sum(axis=1)
        odds = odds + self._set["absent"] * self._unseen[:, absent].sum(axis=1)
        odds = odds + self._set["unmentioned"] * self._unseen[:, silent].sum(axis=1)
        found: Array = odds.astype(np.float32)
        return found


class _Who:
    """How much likelier age and sex make each condition, as logarithms."""

    def __init__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        bands = np.array([row["age_weights"] for row in rows], float)
        self._bands = bands / bands.mean(axis=1, keepdims=True)
        self._range = np.array([row["age_range"] for row in rows], float)
        sexes = np.array([[row["female"], row["male"]] for row in rows], float)
        self._sexes = sexes / sexes.max(axis=1, keepdims=True)

    def share(self, age_years: float | None, sex: str | None) -> Any:
        """Log of the share, shape (conditions,); nothing known says nothing."""
        found = np.zeros(len(self._range))
        if age_years is not None:
            band = next((place for place, (_, until) in enumerate(AGE_BANDS) if age_years < until), len(AGE_BANDS) - 1)
            outside = (age_years < self._range[:, 0] - 0.5) | (age_years > self._range[:, 1] + 2)
            share = np.where(outside, _OUT_OF_AGE, self._bands[:, band])
            found += np.log(np.maximum(share, _OUT_OF_AGE))
        if sex in ("female", "male"):
            found += np.log(np.maximum(self._sexes[:, 0 if sex == "female" else 1], _OTHER_SEX))
        return found
