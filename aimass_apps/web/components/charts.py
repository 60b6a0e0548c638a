"""Geometry of the charts; the templates draw it as SVG with attributes alone (no style, no script)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import floor, log10

from django.utils.formats import number_format


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: `share` is its length in per cent of the longest."""

    label: object
    value: float
    shown: str
    share: float
    tone: str


@dataclass(frozen=True, slots=True)
class Line:
    """One series: a path and its dots in per cent of the drawing area."""

    name: str
    number: int
    path: str
    dots: tuple[tuple[float, float, str], ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """A line chart: series, ticks of the value axis (per cent from the top, text), names along the other, a table."""

    lines: tuple[Line, ...]
    ticks: tuple[tuple[float, str], ...]
    labels: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    axes: tuple[str, str] = ("", "")  # what runs along the bottom and up the side
    diagonal: bool = False


def show(value: float | None) -> str:
    """A number as the reader's locale writes it, with at most three digits after the point; "–" for None."""
    if value is None:
        return "–"
    if float(value).is_integer():
        return number_format(int(value), force_grouping=True)
    return number_format(float(f"{value:.3g}") if abs(value) < 100 else round(value, 1))


def bars(rows: Sequence[Sequence[object]], unit: str = "", full: float = 0.0) -> list[Bar]:
    """Horizontal bars for (label, number) or (label, number, tone); `full` fills the rail, else the longest does."""
    longest = full or max((float(str(row[1])) for row in rows), default=0.0) or 1.0
    made = []
    for row in rows:
        value = float(str(row[1]))
        tone = str(row[2]) if len(row) > 2 else "accent"
        made.append(
            Bar(row[0], value, f"{show(value)} {unit}".strip(), round(max(0.0, value) / longest * 100, 2), tone)
        )
    return made


def nice_top(highest: float) -> float:
    """The next round number (1, 2, 2.5, 5 times a power of ten) that holds the highest value."""
    if highest <= 0:
        return 1.0
    power: float = 10.0 ** floor(log10(highest))
    return next(power * step for step in (1, 2, 2.5, 5, 10) if power * step >= highest * 0.9999)


Point = tuple[float, float, float]  # x, y, value


def path(values: Sequence[float | None], top: float, bottom: float = 0.0) -> tuple[str, list[Point]]:
    """An SVG path through the values in a 100 by 100 box, broken where one is None, and its points (x, y, value)."""
    points: list[Point] = []
    commands, pen = [], "M"
    width, height = max(1, len(values) - 1), (top - bottom) or 1.0
    for place, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        x, y = round(place / width * 100, 2), round(100 - (value - bottom) / height * 100, 2)
        commands.append(f"{pen}{x} {y}")
        points.append((x, y, value))
        pen = "L"
    return " ".join(commands), points


def lines(series: Mapping[str, Sequence[float | None]], labels: Sequence[object] = (), unit: str = "") -> Lines:
    """A line chart from named series of equal length; the value axis starts at 0."""
    top = nice_top(max((v for values in series.values() for v in values if v is not None), default=1.0))
    drawn = []
    for number, (name, values) in enumerate(series.items(), start=1):
        d, points = path(values, top)
        dots = tuple((x, y, f"{name}: {show(v)} {unit}".strip()) for x, y, v in points)
        drawn.append(Line(name, number, d, dots))
    names = [str(label) for label in labels]
    ticks = tuple((100.0 - share * 100, f"{show(top * share)} {unit}".strip()) for share in (1.0, 0.5, 0.0))
    columns = list(series.values())
    rows = tuple(
        (label, tuple(show(column[place]) for column in columns if place < len(column)))
        for place, label in enumerate(names)
    )
    return Lines(tuple(drawn), ticks, tuple(thin(names)), rows)


Curve = Sequence[Sequence[float]]  # points (x, y) of the unit square, x rising
READ_AT = (0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


def curves(series: Mapping[str, Curve], axes: tuple[str, str], *, diagonal: bool = False, dots: bool = False) -> Lines:
    """Curves over the unit square, both axes from 0 to 1; the table reads each of them at the same places."""
    drawn = []
    for number, (name, points) in enumerate(series.items(), start=1):
        placed = [(round(100 * point[0], 2), round(100 - 100 * point[1], 2)) for point in points]
        d = " ".join(f"{'L' if place else 'M'}{x} {y}" for place, (x, y) in enumerate(placed))
        named = tuple(
            (x, y, f"{name}: {show(point[0])} → {show(point[1])}")
            for (x, y), point in zip(placed, points, strict=True)
            if dots
        )
        drawn.append(Line(name, number, d, named))
    ticks = ((0.0, show(1)), (50.0, show(0.5)), (100.0, show(0)))
    read = [[_at(points, x) for x in READ_AT] for points in series.values()]
    rows = tuple(
        (show(x), tuple(show(column[place]) for column in read))
        for place, x in enumerate(READ_AT)
        if any(column[place] is not None for column in read)
    )
    return Lines(tuple(drawn), ticks, (show(0), show(0.5), show(1)), rows, axes, diagonal)


def _at(points: Curve, x: float) -> float | None:
    """The height of the curve over `x`, between its points on a straight line; None outside of them."""
    for left, right in pairwise(points):
        if left[0] <= x <= right[0]:
            width = right[0] - left[0]
            return float(right[1] if not width else left[1] + (right[1] - left[1]) * (x - left[0]) / width)
    return None


def scatter(places: Sequence[tuple[str, float, float]], axes: tuple[str, str]) -> Lines:
    """One dot for each (name, x, y): x from 0 up, y from 0 to 1."""
    top = nice_top(max((x for _, x, _ in places), default=1.0))
    dots = [
        Line(name, number, "", ((round(100 * x / top, 2), round(100 - 100 * y, 2), f"{name}: {show(y)}"),))
        for number, (name, x, y) in enumerate(places, start=1)
    ]
    ticks = ((0.0, show(1)), (50.0, show(0.5)), (100.0, show(0)))
    return Lines(tuple(dots), ticks, (show(0), show(top / 2), show(top)), (), axes)


def thin(names: Sequence[str], most: int = 6) -> list[str]:
    """At most `most` names, the first and the last among them, so that they don't run into each other."""
    if len(names) <= most:
        return list(names)
    return [names[round(place * (len(names) - 1) / (most - 1))] for place in range(most)]


def spark(values: Sequence[float | None]) -> str:
    """The path of a sparkline, from the lowest to the highest value."""
    known = [value for value in values if value is not None]
    low, high = min(known, default=0.0), max(known, default=1.0)
    if low == high:
        low, high = low - 1, high + 1
    return path(values, high, low)[0]
