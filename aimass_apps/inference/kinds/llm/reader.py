"""What a desk knows about its labels and texts, for a model that reads like a person. Each desk registers its own."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from aimass_apps.inference.predictor import Item

PRESENT: Final = "present"


@dataclass(frozen=True, slots=True)
class Offer:
    """A label that fits a text at first sight, and what it means."""

    label: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing the model says: a label with a probability, and the words it says it for."""

    label: str
    weight: float
    quotes: tuple[str, ...]


class Reader(Protocol):
    """What a language model's prompt, its reply and the check of its claims ask of a desk."""

    def question(self, item: Item) -> str:
        """What is asked: the item so written that no words of it can end the part that is data."""

    def read_reply(self, words: str) -> list[Claim]:
        """The claims in a reply. Raises `NoAnswer`: `not_json`, `wrong_shape`."""

    def fill_schema(self, schema: Mapping[str, Any], labels: list[str]) -> dict[str, Any]:
        """The version's reply schema with the offered labels as the only ones that a claim may name."""

    def offers(self, item: Item, labels: Collection[str], most: int) -> list[Offer]:
        """The labels to choose from, at most so many, the fitting ones first."""

    def status(self, text: str, start: int, end: int) -> str:
        """`PRESENT` where `text[start:end]` can bear a claim about this patient now, else why not, as a code."""


class UnknownReader(KeyError):
    """No desk of this name has registered a reader."""


_readers: dict[str, Reader] = {}


def register(desk: str, reader: Reader) -> None:
    _readers[desk] = reader


def reader_of(desk: str) -> Reader:
    """Raises `UnknownReader`."""
    try:
        return _readers[desk]
    except KeyError:
        raise UnknownReader(desk) from None
