"""Which of a language model's claims stand on words of the text.

Nothing it writes is kept: labels must be the version's own, and of a quote only its place in the text.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterator
from itertools import islice
from typing import Final

from aimass_apps.inference.kinds.llm.reader import PRESENT, Claim, Reader
from aimass_apps.inference.predictor import Answer, NoAnswer, Span

QUOTED: Final = "quoted"
NOT_IN_TEXT, NO_QUOTE, OUTSIDE = "not_in_text", "no_quote", "outside_catalogue"
MOST_PLACES = 64  # of one quote that are looked at
_ALIKE = {"'": "\u2018\u2019", '"': "\u201c\u201d", "-": "\u2010\u2011\u2013\u2014"}
_SAME = {other: plain for plain, others in _ALIKE.items() for other in others}
_EDGES = " .,;:!?'\"…，。；：！？、()[]" + "".join(_SAME)


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
    for start, end in islice(text.find(quote), MOST_PLACES):
        status = reader.status(text.original, start, end)
        if status == PRESENT:
            return Span(start, end, claim.label, QUOTED, claim.weight)
        refused = refused or Span(start, end, claim.label, status, 0.0)
    return refused or Span(0, 0, claim.label, NOT_IN_TEXT, 0.0)


def _scaled(scores: dict[str, float]) -> dict[str, float]:
    """Models are careless with sums: more than 1 over the labels of one group is brought down to 1."""
    totals: dict[str, float] = defaultdict(float)
    for label, value in scores.items():
        totals[_group(label)] += value
    return {label: value / max(1.0, totals[_group(label)]) for label, value in scores.items()}


def _group(label: str) -> str:
    """What stands before the colon of a label: those of one group share out one probability."""
    return label.rpartition(":")[0]
