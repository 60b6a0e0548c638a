"""Marking spans of a text without ever trusting it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

LABEL_LENGTH = 20  # characters


@dataclass(frozen=True, slots=True)
class Mark:
    """One span: offsets into the text, what it speaks for, the rule or token that found it, its weight from 0 to 1."""

    start: int
    end: int
    label: str
    rule: str
    weight: float


def read_mark(span: object, length: int) -> Mark | None:
    """Read a span given as object or mapping and clamp it to the text; None when nothing of it is inside."""

    def part(name: str, default: Any) -> Any:
        return span.get(name, default) if isinstance(span, Mapping) else getattr(span, name, default)

    start, end = max(0, int(part("start", 0))), min(length, int(part("end", 0)))
    if start >= end:
        return None
    return Mark(start, end, str(part("label", "")), str(part("rule", "")), float(part("weight", 1.0)))


def pieces(text: str, marks: Sequence[Mark]) -> list[tuple[str, list[Mark]]]:
    """Cut the text at every edge of a mark: pieces in order, each with the marks that cover it."""
    edges = sorted({0, len(text), *(m.start for m in marks), *(m.end for m in marks)})
    cuts = [(text[a:b], [m for m in marks if m.start <= a and b <= m.end]) for a, b in pairwise(edges)]
    joined: list[tuple[str, list[Mark]]] = []
    for piece, covering in cuts:
        if joined and joined[-1][1] == covering:
            joined[-1] = (joined[-1][0] + piece, covering)
        else:
            joined.append((piece, covering))
    return joined


def highlight(text: str, spans: Iterable[object] | None, lang: str = "") -> SafeString:
    """The whole text, escaped, with `<mark>` and its labels at each span (offsets count code points of `text`)."""
    marks = [mark for span in spans or () if (mark := read_mark(span, len(text)))]
    return format_html(
        '<div class="highlighted" dir="auto"{}>{}</div>',
        format_html(' lang="{}"', lang) if lang else "",
        format_html_join("", "{}", ((_piece(piece, covering),) for piece, covering in pieces(text, marks))),
    )


def _piece(piece: str, covering: list[Mark]) -> SafeString:
    if not covering:
        return escape(piece)
    heaviest = max(covering, key=lambda mark: mark.weight)
    names = list(dict.fromkeys(mark.label.replace("_", " ") for mark in covering if mark.label))
    rules = list(dict.fromkeys(mark.rule for mark in covering if mark.rule))
    return format_html(
        '<mark class="mark mark-{}" title="{}">{}{}</mark>',
        strength(heaviest.weight),
        "; ".join(part for part in (", ".join(names), ", ".join(rules)) if part),
        piece,
        _label(names),
    )


def _label(names: list[str]) -> SafeString | str:
    """All labels if short, else the first and how many more: the text must stay readable. The title names all."""
    if not names:
        return ""
    together = ", ".join(names)
    shown = together if len(together) <= LABEL_LENGTH or len(names) == 1 else f"{names[0]} +{len(names) - 1}"
    return format_html('<span class="mark-label">{}</span>', shown)


def strength(weight: float) -> int:
    """1 faint, 2 clear, 3 strong."""
    return 3 if weight >= 0.66 else 2 if weight >= 0.33 else 1
