"""From a language model's words to an answer: what it claims, and which claims stand on words of the text.

The model is asked for JSON: `{"conditions": [{"id", "probability", "quotes"}], "urgency": {"level", "quotes"}}`.
Nothing it writes is kept: labels must be the version's own, and of a quote only its place in the text.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from aimass_apps.inference.kinds.llm.reader import PRESENT, Reader
from aimass_apps.inference.predictor import Answer, NoAnswer, Span

URGENCY: Final = "urgency:"
QUOTED: Final = "quoted"
NOT_IN_TEXT, NO_QUOTE, OUTSIDE = "not_in_text", "no_quote", "outside_catalogue"
MOST_CLAIMS, MOST_QUOTES = 10, 6
_FENCED = re.compile(r"^\s*(?:<think>.*?</think>)?\s*(?:```(?:json)?\s*(.*?)\s*```|(.*?))\s*$", re.DOTALL)
_ALIKE = {"'": "\u2018\u2019", '"': "\u201c\u201d", "-": "\u2010\u2011\u2013\u2014"}
_SAME = {other: plain for plain, others in _ALIKE.items() for other in others}
_EDGES = " .,;:!?'\"…，。；：！？、()[]" + "".join(_SAME)


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing the model says: a label with a probability, and the words it says it for."""

    label: str
    weight: float
    quotes: tuple[str, ...]


def read_claims(words: str) -> list[Claim]:
    """The claims in a reply, those of conditions first. Raises `NoAnswer`: `not_json`, `wrong_shape`."""
    matched = _FENCED.match(words)
    inner = (matched[1] or matched[2] or "") if matched else words
    try:
        said = json.loads(inner, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise NoAnswer("not_json") from None
    try:
        conditions = [_condition(each) for each in said["conditions"][:MOST_CLAIMS]]
        urgency = said["urgency"]
        return [*conditions, Claim(f"{URGENCY}{_text(urgency['level'])}", 1.0, _quotes(urgency))]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise NoAnswer("wrong_shape") from None


def check_claims(claims: Collection[Claim], *, labels: Collection[str], text: str, reader: Reader) -> Answer:
    """Keep the claims that rest on words which the text asserts; say of the others why not, as spans of weight 0.

    A quote must stand in the text, but for case, accents, spaces and signs of quotation. Raises `NoAnswer`
    (`outside_catalogue`, `unsupported`) when nothing is left.
    """
    scores: dict[str, float] = {}
    spans: list[Span] = []
    folded = Folded(text)
    for claim in claims:
        if claim.label not in labels:
            # The label is the model's own words: not even they are kept.
            spans.append(Span(0, 0, "", OUTSIDE, 0.0))
            continue
        if claim.label in scores:
            continue
        found = _grounds(claim, folded, reader)
        spans += found
        if any(span.rule == QUOTED for span in found):
            scores[claim.label] = claim.weight
    if not scores:
        outside = bool(spans) and all(span.rule == OUTSIDE for span in spans)
        raise NoAnswer(OUTSIDE if outside else "unsupported", spans=tuple(spans))
    return Answer(_scaled(scores), tuple(spans))


class Folded:
    """A text as it is compared: without case, accents and doubled spaces, each character with its place."""

    def __init__(self, text: str) -> None:
        self.original = text
        characters: list[str] = []
        self._places: list[int] = []
        for place, character in enumerate(text):
            for folded in _fold(character):
                if folded != " " or not characters or characters[-1] != " ":
                    characters.append(folded)
                    self._places.append(place)
        self.text = "".join(characters)

    def find(self, quote: str) -> Iterator[tuple[int, int]]:
        """Where a quote stands, as whole words: half-open ranges of the original."""
        wanted = Folded(quote.strip(_EDGES)).text
        if not wanted:
            return
        start = self.text.find(wanted)
        while start >= 0:
            end = start + len(wanted)
            if not (self._inside_word(start) or self._inside_word(end)):
                yield self._places[start], self._places[end - 1] + 1
            start = self.text.find(wanted, start + 1)

    def _inside_word(self, place: int) -> bool:
        around = self.text[max(0, place - 1) : place + 1]
        return 0 < place < len(self.text) and all(each.isalnum() and each.isascii() for each in around)


def _fold(character: str) -> str:
    if character.isspace():
        return " "
    apart = unicodedata.normalize("NFKD", _SAME.get(character, character)).casefold()
    return "".join(each for each in apart if not unicodedata.combining(each))


def _grounds(claim: Claim, text: Folded, reader: Reader) -> list[Span]:
    if not claim.quotes:
        return [Span(0, 0, claim.label, NO_QUOTE, 0.0)]
    return [_ground(claim, quote, text, reader) for quote in claim.quotes]


def _ground(claim: Claim, quote: str, text: Folded, reader: Reader) -> Span:
    """The best place of a quote: one where it is asserted, else the first with what speaks against it."""
    refused: Span | None = None
    for start, end in text.find(quote):
        status = reader.status(text.original, start, end)
        if status == PRESENT:
            return Span(start, end, claim.label, QUOTED, claim.weight)
        refused = refused or Span(start, end, claim.label, status, 0.0)
    return refused or Span(0, 0, claim.label, NOT_IN_TEXT, 0.0)


def _scaled(scores: dict[str, float]) -> dict[str, float]:
    """Models are careless with sums: more than 1 over the conditions is brought down to 1."""
    total = sum(value for label, value in scores.items() if not label.startswith(URGENCY))
    if total <= 1:
        return scores
    return {label: value if label.startswith(URGENCY) else value / total for label, value in scores.items()}


def _condition(said: Any) -> Claim:
    weight = said["probability"]
    if isinstance(weight, bool) or not isinstance(weight, int | float):
        raise TypeError
    if not (math.isfinite(weight) and 0 <= weight <= 1):
        raise ValueError
    return Claim(_text(said["id"]), float(weight), _quotes(said))


def _quotes(said: Any) -> tuple[str, ...]:
    quotes = said["quotes"]
    if not isinstance(quotes, list):
        raise TypeError
    return tuple(_text(each) for each in quotes[:MOST_QUOTES])


def _text(said: Any) -> str:
    if not isinstance(said, str):
        raise TypeError
    return said


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)
