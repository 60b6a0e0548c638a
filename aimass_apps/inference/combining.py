"""Versions that read no text and combine what other versions, their members, answered.

At a desk they combine stored answers, so that no model runs twice. To measure such a version as a whole,
`CombinerWithMembers` asks the members itself. Plain Python: a web process may combine.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from aimass_apps.inference.predictor import Answer, Item, Predictor, load_predictor
from aimass_apps.registry.artefacts import read_manifest
from aimass_apps.registry.kinds import kind_of


class NoMembers(ValueError):
    """The version can't be asked: it reads no text, or versions of its members' kinds are missing."""


class Combiner(Protocol):
    """What a version of a kind that `combines` holds. `members` are kinds, `labels` what it answers."""

    @property
    def labels(self) -> tuple[str, ...]: ...

    @property
    def members(self) -> frozenset[str]: ...

    def takes(self, kind: str, language: str) -> bool:
        """Whether a version of this kind and language is one of its members."""

    def answer(self, said: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
        """Its scores, from those of its members by kind; empty where it has nothing to say."""


class CombiningPredictor(ABC):
    """A combiner as a version that loads like any other; a kind says how its folder opens."""

    def __init__(self, combiner: Combiner) -> None:
        self.combiner, self.labels = combiner, combiner.labels

    @staticmethod
    @abstractmethod
    def opens(folder: Path) -> Combiner: ...

    @classmethod
    def load(cls, folder: Path, device: str = "auto") -> CombiningPredictor:
        """Open an artefact folder; `device` is of no matter here."""
        return cls(cls.opens(folder))

    def predict(self, items: Sequence[Item]) -> list[Answer]:
        """Raises `NoMembers`."""
        raise NoMembers("it reads no text: it combines what its members answered")


class CombinerWithMembers:
    """A combiner with its members at hand: asks them and combines, for measuring."""

    def __init__(self, combiner: Combiner, members: Mapping[str, Predictor]) -> None:
        if missing := sorted(combiner.members - members.keys()):
            raise NoMembers(f"no version of {', '.join(missing)} is there to be combined")
        self.combiner, self.labels, self._members = combiner, combiner.labels, members

    def predict(self, items: Sequence[Item]) -> list[Answer]:
        """One answer for each item, in order."""
        said = {kind: [each.scores for each in model.predict(items)] for kind, model in self._members.items()}
        rows = ({kind: scores[place] for kind, scores in said.items()} for place in range(len(items)))
        return [Answer(self.combiner.answer(row)) for row in rows]


def load_whole(folder: Path, beside: Iterable[Path], device: str = "auto") -> Predictor:
    """As `load_predictor`, but a version that combines comes with its members: the first of `beside` that fit.

    Raises `NoMembers`, and what loading raises.
    """
    predictor = load_predictor(folder, device)
    if not isinstance(predictor, CombiningPredictor):
        return predictor
    own = read_manifest(folder)
    members: dict[str, Predictor] = {}
    for each in beside:
        found = read_manifest(each)
        fits = found.desk == own.desk and predictor.combiner.takes(found.kind, found.language)
        if fits and found.kind not in members:
            members[found.kind] = load_predictor(each, device)
    return CombinerWithMembers(predictor.combiner, members)


def readers_among(folders: Iterable[Path]) -> list[Path]:
    """The folders whose versions read a text themselves."""
    return [each for each in folders if not kind_of(read_manifest(each).kind).combines]


def folder_of_kind(kind: str, folders: Iterable[Path]) -> Path | None:
    """The first of the version folders that holds one of this kind."""
    return next((each for each in folders if read_manifest(each).kind == kind), None)
