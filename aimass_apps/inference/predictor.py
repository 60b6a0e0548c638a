"""What every model answers to: texts in, one probability for each label out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, cast

from aimass_apps.registry.artefacts import read_manifest, verify
from aimass_apps.registry.kinds import kind_of, load


@dataclass(frozen=True, slots=True)
class Item:
    """One text to score; `facts` are what else is known, such as age or vital signs."""

    text: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Span:
    """Why: characters `start` to `end` (half-open) of the original text speak for `label` by `rule`."""

    start: int
    end: int
    label: str
    rule: str
    weight: float


@dataclass(frozen=True, slots=True)
class Answer:
    """Probabilities by label, each between 0 and 1, and the places in the text that speak for them."""

    scores: dict[str, float]
    spans: tuple[Span, ...] = ()


class NoAnswer(Exception):
    """The model gave no usable answer. `code` says why in one word; `again` whether asking again may help.

    `spans` are the places of claims that did not hold. Nothing here ever holds words of the text or of the model.
    """

    def __init__(self, code: str, *, again: bool = False, spans: tuple[Span, ...] = ()) -> None:
        super().__init__(code)
        self.code, self.again, self.spans = code, again, spans


class Predictor(Protocol):
    """A loaded model. `predict` gives one answer for each item, in the order asked."""

    labels: tuple[str, ...]

    def predict(self, items: Sequence[Item]) -> list[Answer]: ...


class PredictorClass(Protocol):
    """A class that opens an artefact folder."""

    def load(self, folder: Path, device: str = "auto") -> Predictor: ...


def load_predictor(folder: Path, device: str = "auto") -> Predictor:
    """Open the model version in `folder`, after its files matched their recorded hashes.

    Raises `UnknownKind`, and `artefacts.BrokenArtefact` for a missing or altered file.
    """
    manifest = read_manifest(folder)
    verify(folder)
    return cast(PredictorClass, load(kind_of(manifest.kind).predictor)).load(folder, device)
